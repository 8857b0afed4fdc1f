// SPDX-License-Identifier: GPL-2.0-only

// Says who it is.
package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	fmt.Println("hello from", runtime.GOOS, runtime.GOARCH)
	for i, arg := range os.Args[1:] {
		fmt.Printf("%d: %q\n", i+1, arg)
	}
	if len(os.Args) > 3 {
		os.Exit(len(os.Args))
	}
}
