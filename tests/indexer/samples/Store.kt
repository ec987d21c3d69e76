package demo

interface Box {
    fun size(): Int
}

data class Point(val x: Int, val y: Int)

class Store(private val rows: List<Int>) : Box {
    val limit = 3

    override fun size(): Int {
        return rows.size
    }

    companion object {
        fun of(vararg rows: Int): Store {
            return Store(rows.toList())
        }
    }

    enum class Color { RED }
}

object Registry {
    fun add(store: Store) {}
}

fun String.shout(): String = uppercase()

typealias Rows = List<Int>
