package demo

class Store {
    int size() { return 0 }
    static Store of(rows) { new Store() }
}

interface Box { int size() }

def helper(x) { return x }
