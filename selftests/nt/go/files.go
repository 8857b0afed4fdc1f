// SPDX-License-Identifier: GPL-2.0-only

// Files and folders below the current directory.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func main() {
	check(os.MkdirAll(filepath.Join("a", "b", "c"), 0777))
	data := bytes.Repeat([]byte("0123456789abcdef"), 10000)
	name := filepath.Join("a", "b", "data")
	check(os.WriteFile(name, data, 0666))
	back, err := os.ReadFile(name)
	check(err)
	fmt.Println(len(back), bytes.Equal(back, data))

	f, err := os.OpenFile(name, os.O_RDWR, 0)
	check(err)
	_, err = f.Seek(-5, io.SeekEnd)
	check(err)
	_, err = f.Write([]byte("hello, appended"))
	check(err)
	check(f.Truncate(160005))
	fi, err := f.Stat()
	check(err)
	fmt.Println(fi.Name(), fi.Size(), fi.Mode(), fi.IsDir())
	b := make([]byte, 10)
	n, err := f.ReadAt(b, 159995)
	check(err)
	fmt.Printf("%d %q\n", n, b)
	check(f.Close())

	when := time.Date(2020, 2, 29, 12, 0, 0, 0, time.UTC)
	check(os.Chtimes(name, when, when))
	fi, err = os.Stat(name)
	check(err)
	fmt.Println(fi.ModTime().UTC())

	for i := 0; i < 100; i++ {
		check(os.WriteFile(filepath.Join("a", fmt.Sprintf("file%02d.txt", i)), []byte{1}, 0666))
	}
	check(os.Rename(filepath.Join("a", "file00.txt"), filepath.Join("a", "b", "moved")))
	check(os.Rename(filepath.Join("a", "file01.txt"), filepath.Join("a", "file02.txt")))
	found, err := filepath.Glob("a/*.txt")
	check(err)
	fmt.Println(len(found))
	var names []string
	check(filepath.Walk("a", func(p string, fi os.FileInfo, err error) error {
		if fi.IsDir() || filepath.Ext(p) == "" {
			names = append(names, filepath.ToSlash(p))
		}
		return err
	}))
	sort.Strings(names)
	fmt.Println(names)
	_, err = os.Open("nothing")
	fmt.Println(os.IsNotExist(err))
	_, err = os.OpenFile(name, os.O_CREATE|os.O_EXCL, 0666)
	fmt.Println(os.IsExist(err))
	fmt.Println(os.Remove("a") != nil)
	check(os.RemoveAll("a"))
	_, err = os.Stat("a")
	fmt.Println(os.IsNotExist(err))
}
