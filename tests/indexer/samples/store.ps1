function Get-Store {
    param([string]$Path)
    return $Path
}

class Store {
    [int] Size() { return 0 }
}

enum Color { Red }
