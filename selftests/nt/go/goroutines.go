// SPDX-License-Identifier: GPL-2.0-only

// Many goroutines on many threads: channels, mutexes, timers, blocking calls.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var atom int64

	sum := 0
	c := make(chan int)
	for i := 0; i < 1000; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			for j := 0; j < 100; j++ {
				mu.Lock()
				sum++
				mu.Unlock()
				atomic.AddInt64(&atom, 1)
				if j%10 == 0 {
					runtime.Gosched()
				}
			}
			c <- i
		}(i)
	}
	total := 0
	for i := 0; i < 1000; i++ {
		total += <-c
	}
	wg.Wait()
	fmt.Println(sum, atom, total)

	// blocking calls take threads of their own
	for i := 0; i < 8; i++ {
		r, w, err := os.Pipe()
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		wg.Add(1)
		go func() {
			var b [1]byte

			r.Read(b[:])
			wg.Done()
		}()
		time.AfterFunc(time.Duration(i)*5*time.Millisecond, func() { w.Write([]byte{1}) })
	}
	wg.Wait()

	begin := time.Now()
	ticker := time.NewTicker(10 * time.Millisecond)
	for i := 0; i < 20; i++ {
		<-ticker.C
	}
	ticker.Stop()
	if d := time.Since(begin); d < 190*time.Millisecond {
		fmt.Println("20 ticks of 10 ms in", d)
	}
	select {
	case <-c:
		fmt.Println("a value from nowhere")
	case <-time.After(20 * time.Millisecond):
		fmt.Println("timeout")
	}
	runtime.GC()
	defer func() {
		fmt.Println("recovered:", recover())
	}()
	var p *int
	*p = 1
}
