// The smallest net/http server.
package main

import (
	"log"
	"net"
	"net/http"
	"os"
)

var body = []byte("test 成功")

func main() {
	http.HandleFunc("/info", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write(body)
	})
	log.Fatal(http.ListenAndServe(net.JoinHostPort(os.Args[1], os.Args[2]), nil))
}
