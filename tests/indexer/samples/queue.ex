defmodule Jobs.Queue do
  @moduledoc "A queue."
  defstruct [:rows]

  def push(queue, job) when is_map(job) do
    queue
  end

  defp clean(queue), do: queue
  defmacro trace(x), do: x

  defmodule Entry do
    def new, do: %{}
  end
end

defprotocol Jobs.Box do
  def size(box)
end
