// Package keepalive says when a connection counts as dead. It is a package of its own, so that tests need not wait for half a minute.
package keepalive

import "time"

// Without them a call on a connection whose other end vanished hangs until its deadline.
var (
	// Time is how long nothing comes before the other end is asked whether it is there.
	Time = 20 * time.Second
	// Timeout is how long it may take to answer.
	Timeout = 10 * time.Second
)
