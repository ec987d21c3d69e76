"""A queue of jobs."""

LIMIT = 10


class Scheduler:
    """Runs jobs."""

    class Clock:
        def now(self):
            return 0

    @property
    def size(self) -> int:
        return LIMIT

    async def run(self, job):
        def attempt():
            return job()

        return attempt()


def main():
    Scheduler()
