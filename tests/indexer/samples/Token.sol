pragma solidity ^0.8.0;

interface IToken { function total() external view returns (uint); }

contract Token is IToken {
    event Sent(address to);
    struct Row { uint x; }
    enum Color { Red }
    modifier onlyOwner() { _; }
    constructor(uint supply) {}
    function total() external view returns (uint) { return 1; }
}

library Math { function add(uint a, uint b) internal pure returns (uint) { return a + b; } }
