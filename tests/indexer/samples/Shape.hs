module Shape where

-- | A shape.
data Shape = Circle Double | Square Double

newtype Size = Size Int

type Name = String

class HasArea a where
  area :: a -> Double

instance HasArea Shape where
  area (Circle r) = r
  area (Square s) = s

double :: Int -> Int
double x = x + x

answer = 42
