// The thread that all client connections of a program live on, and whom they trust.
//
//   auto network = Network::start({});                 // The authorities of the system.
//   HttpClient rest(**network, address, limits);
//   WebSocketClient stream(**network, ...);
//
// TLS 1.2 or newer; the peer's chain and host name are always verified, there is no switch for it.
// Everything that a client tells happens on the network's thread; everything that is asked of one
// may be asked from any thread.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string>

namespace tranchet {

struct TrustOptions {
  // PEM file of the authorities to trust, instead of those of the system; "": those.
  std::string certificates;
};

struct NetworkCore;  // client_core.h

class Network {
 public:
  // The error says which certificates cannot be read, and why.
  static std::expected<std::unique_ptr<Network>, std::string> start(const TrustOptions& trust);
  ~Network();  // stop(), and all connections end.
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Ends the thread: nothing is called any more. Clients may still be destroyed. From any thread
  // but its own.
  void stop();

  void post(std::function<void()> work);
  // Once, on the network's thread, after `delay`; forgotten when the network ends.
  void after(std::chrono::milliseconds delay, std::function<void()> work);

  NetworkCore& core();  // For the clients.

 private:
  struct Inside;
  explicit Network(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace tranchet
