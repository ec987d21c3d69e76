package demo

trait Box { def size: Int }

case class Point(x: Int, y: Int)

class Store(rows: List[Int]) extends Box {
  def size: Int = rows.size
  private def clear(): Unit = {}
}

object Store { def of(rows: Int*): Store = new Store(rows.toList) }
