import Foundation

protocol Box { func size() -> Int }

struct Point { var x: Int }

class Store: Box {
    init(rows: [Int]) {}
    func size() -> Int { return 0 }
    }

enum Color { case red }

extension Store { func clear() {} }

func open(path: String) -> Store { Store(rows: []) }
typealias Rows = [Int]
