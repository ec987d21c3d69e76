-- Lets the caller's requests for another default team follow each other: there may be no row to lock yet.
select pg_advisory_xact_lock(hashtextextended('default team of ' || (select auth.uid())::text, 0))
