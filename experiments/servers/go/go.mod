module info

go 1.19
