// The helper of a pipeline's pod: `reader` fetches /kratix/input/object.yaml from the worker before the stages run,
// `writer` sends /kratix/output and /kratix/metadata to it as one tar stream when they are done.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	tokenFile       = "/run/fulfil/token"
	authorityFile   = "/run/fulfil/ca.crt"
	terminationFile = "/dev/termination-log"
	objectFile      = "/kratix/input/object.yaml"
	// Kubernetes keeps 4096 bytes of a termination message.
	longestAnswer = 4000
	// A worker that restarts is back within seconds; asking more often than that only fills the log.
	longestPause = 5 * time.Second
	// Nobody waits for a pod whose workers are gone for an hour; Kubernetes may then start it again.
	patience = time.Hour
	// Both ends hash and store while the body moves, so silence of this length means that the other side is gone.
	answerTimeout = 10 * time.Minute
)

// refusal is an answer that another attempt would get again.
type refusal struct{ line string }

func (r refusal) Error() string { return r.line }

func main() {
	if len(os.Args) != 2 {
		end("usage: fulfil-helper reader|writer", 2)
	}
	client, err := newClient()
	if err != nil {
		end(err.Error(), 1)
	}
	switch os.Args[1] {
	case "reader":
		line, err := persist(func() (string, error) { return read(client) })
		finish(line, err)
	case "writer":
		line, err := persist(func() (string, error) { return write(client) })
		finish(line, err)
	default:
		end("usage: fulfil-helper reader|writer", 2)
	}
}

func newClient() (*http.Client, error) {
	transport := &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		ResponseHeaderTimeout: answerTimeout,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
	}
	authority, err := os.ReadFile(authorityFile)
	if errors.Is(err, os.ErrNotExist) {
		return &http.Client{Transport: transport}, nil
	}
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("%s holds no certificate", authorityFile)
	}
	transport.TLSClientConfig.RootCAs = pool
	return &http.Client{Transport: transport}, nil
}

// persist repeats what failed for a reason that passes: no worker, no network, a worker in trouble.
func persist(attempt func() (string, error)) (string, error) {
	began := time.Now()
	pause := 100 * time.Millisecond
	said := ""
	for {
		line, err := attempt()
		var refused refusal
		if err == nil || errors.As(err, &refused) || time.Since(began) > patience {
			return line, err
		}
		if err.Error() != said {
			said = err.Error()
			fmt.Println("trying again:", said)
		}
		time.Sleep(pause)
		pause = min(2*pause, longestPause)
	}
}

func finish(line string, err error) {
	if err != nil {
		end(err.Error(), 1)
	}
	end(line, 0)
}

// end leaves its line where `kubectl logs` and the worker, which follows the pod's status, find it.
func end(line string, code int) {
	fmt.Println(line)
	_ = os.WriteFile(terminationFile, []byte(strings.ToValidUTF8(line[:min(len(line), longestAnswer)], "")), 0o666)
	os.Exit(code)
}

func request(client *http.Client, method, what string, body io.Reader) (*http.Response, error) {
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return nil, err
	}
	ask, err := http.NewRequestWithContext(context.Background(), method, os.Getenv("FULFIL_RUN_URL")+what, body)
	if err != nil {
		return nil, refusal{err.Error()}
	}
	ask.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	if body != nil {
		ask.Header.Set("Content-Type", "application/x-tar")
	}
	answer, err := client.Do(ask)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusOK {
		return answer, nil
	}
	defer answer.Body.Close()
	line, _ := io.ReadAll(io.LimitReader(answer.Body, longestAnswer))
	text := strings.TrimSpace(string(line))
	if answer.StatusCode >= 400 && answer.StatusCode < 500 {
		return nil, refusal{text}
	}
	return nil, fmt.Errorf("the worker answers %s: %s", answer.Status, text)
}

func read(client *http.Client) (string, error) {
	answer, err := request(client, http.MethodGet, "/input", nil)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	// A stage never sees half a file: it appears by its name only when it is whole.
	part := objectFile + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return "", err
	}
	size, err := io.Copy(file, answer.Body)
	if err = errors.Join(err, file.Close()); err != nil {
		return "", err
	}
	return fmt.Sprintf("wrote %s (%d bytes)", objectFile, size), os.Rename(part, objectFile)
}

func write(client *http.Client) (string, error) {
	out, in := io.Pipe()
	packed := make(chan error, 1)
	go func() {
		err := pack(in, "/kratix", "output", "metadata")
		in.CloseWithError(err)
		packed <- err
	}()
	answer, err := request(client, http.MethodPost, "/output", out)
	// A worker that answers early reads no further: whoever still packs must not wait for it.
	out.CloseWithError(io.ErrClosedPipe)
	var broken unreadable
	if errors.As(<-packed, &broken) {
		return "", refusal{"refused OutputRefused " + broken.Error()}
	}
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	line, err := io.ReadAll(io.LimitReader(answer.Body, longestAnswer))
	return strings.TrimSpace(string(line)), err
}
