type t
exception Closed
val open_ : string -> t
module type BOX = sig val size : t -> int end
