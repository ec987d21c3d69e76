<?php
namespace App\Stores;

interface Box { public function size(): int; }

trait Logs { private function log(string $text): void {} }

abstract class Store implements Box
{
    use Logs;
    public function __construct(private int $size) {}
    public function size(): int { return $this->size; }
}

enum Color: string { case Red = 'r'; }

function helper(array $rows) { return count($rows); }
