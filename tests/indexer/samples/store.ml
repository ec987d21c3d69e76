type t = { rows : int list }
exception Closed
module Inner = struct
  let size t = List.length t.rows
end
module type BOX = sig val size : t -> int end
let rec open_ path = { rows = [] }
class counter = object method next = 1 end
let () = print_endline "x"
