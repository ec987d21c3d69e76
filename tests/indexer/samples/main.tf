variable "region" {
  default = "eu"
}

resource "aws_instance" "web" {
  ami = "x"
  lifecycle {
    prevent_destroy = true
  }
}
