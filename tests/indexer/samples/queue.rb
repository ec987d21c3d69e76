module Jobs
  LIMIT = 3
  class Queue < Base
    attr_reader :size
    def self.build(options = {})
      new(options)
    end

    def push(job)
      @jobs << job
    end

    class << self
      def reset!; end
    end
  end
end

class Jobs::Worker
  def run?
    true
  end
end
