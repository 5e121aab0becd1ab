# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.terraform.io/acme/notes" {
  version = "1.0.0"
  hashes = [
    "h1:w/nR3DcuM2C4Yu6j0Md29D4xRL+1+lVlupvqirDsUTM=",
    "zh:ba191ced148b5f95fa2b70fe7238f236528d645adfbec1161894a7e8f6c42835",
    "zh:f26e0763dbe6a6b2195c94b44696f2110f7f55433dc142839be16b9697fa5597",
  ]
}
