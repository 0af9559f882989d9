// Requests to one host, over connections that are kept: HTTPS, or HTTP on loopback.
//
// An answer is an answer, whatever its status says. No answer is a value of its own, with whether
// the request may have reached the host: a request that may have is never sent again from here.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/net/client_address.h"
#include "adapters/net/client_network.h"

namespace tranchet {

struct HttpLimits {
  std::size_t connections = 4;                    // At once; more requests wait for one.
  std::size_t body_bytes = 64 * 1024 * 1024;      // Of an answer.
  std::chrono::milliseconds connect_time{5'000};  // Name, connection and handshake together.
  std::chrono::milliseconds answer_time{10'000};  // From the first byte sent to the last received.
};

struct ClientRequest {
  std::string method;  // "GET"
  std::string target;  // "/fapi/v1/time"
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct ClientAnswer {
  int status = 0;  // 0: no answer.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool may_have_left = false;  // Without an answer: whether any byte of the request was written.
  std::string failure;         // Without an answer: why.
};

class HttpClient {
 public:
  HttpClient(Network& network, const NetAddress& address, const HttpLimits& limits);
  ~HttpClient();  // Requests without an answer stay without; nothing is called any more.
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // `answered` is called once, on the network's thread.
  using Answered = std::function<void(ClientAnswer)>;
  void send(ClientRequest request, Answered answered);
  // Holds a connection ready from now on, so that the next request need not wait for a handshake.
  void keep_warm();

 private:
  class Pool;
  Network& network_;
  std::shared_ptr<Pool> pool_;
};

}  // namespace tranchet
