module Stores

struct Store
    rows::Vector{Int}
end

abstract type Box end

function open(path::String)
    Store([])
end

size(store::Store) = length(store.rows)
const LIMIT = 3
macro twice(x) x end

end
