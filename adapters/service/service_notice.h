// Words to the service manager that has started the program: sd_notify(3), without its library.
//
// systemd names a datagram socket in NOTIFY_SOCKET, and in WATCHDOG_USEC how long it waits for a
// sign of life before it ends the program (WatchdogSec= of the unit). Started by anything else,
// there is nobody to tell, and nothing is said.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tranchet {

class ServiceNotice {
 public:
  // What the environment of this process says.
  static ServiceNotice from_environment();

  // The log is read, and wishes are heard.
  void ready() const { send("READY=1"); }
  void stopping() const { send("STOPPING=1"); }
  void alive() const { send("WATCHDOG=1"); }

  // Between two signs of life: half of what the manager waits for. None: it does not wait for any.
  std::optional<std::chrono::microseconds> alive_every() const { return alive_every_; }

 private:
  // Never waits: a manager that does not listen must not hold up who trades.
  void send(std::string_view words) const;

  std::string socket_;
  std::optional<std::chrono::microseconds> alive_every_;
};

}  // namespace tranchet
