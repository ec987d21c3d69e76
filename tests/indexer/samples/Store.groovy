package demo

class Store {
    int size() {
        return 0
    }

    static Store of(List rows) {
        return new Store()
    }
}

interface Box {
    int size()
}

def helper(String x) {
    return x
}
