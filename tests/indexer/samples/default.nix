{ pkgs ? import <nixpkgs> {} }:
{
  shell = pkgs: pkgs.mkShell { };
  meta = { name = "demo"; };
}
