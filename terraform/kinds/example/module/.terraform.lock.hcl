# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.terraform.io/acme/notes" {
  version = "1.0.0"
  hashes = [
    "h1:E4yNSMPPuekujsq8I2EUwDD0am1BRQNpw0hPArybtrY=",
    "zh:734e8f0db7a0b3534d872e6dfcdb28455a02df529b074cf34faa6125f4f0542e",
    "zh:f26e0763dbe6a6b2195c94b44696f2110f7f55433dc142839be16b9697fa5597",
  ]
}
