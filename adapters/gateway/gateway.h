// The gateway: screens for people, over HTTP and WebSocket, of a run that is going on or is over.
//
// It reads the log and nothing else: a thread of its own folds what is committed there, so that the
// program that trades is not asked, and does not wait. What people and models wish is handed to the
// host as a line, and comes back, like everything else, as an event of the log.
//
//   auto gateway = Gateway::start(options, &wishes);   // The log exists; its own threads from
//   here.
//   (*gateway)->port();
//   gateway->reset();                                  // Says goodbye to everybody, and stops.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tranchet {

// Where wishes go. The host puts them into its log, with a time of its own, in the order in which
// they came.
class Wishes {
 public:
  virtual ~Wishes() = default;
  // One event as `tranchet step` reads it, checked already, without the newline:
  //   {"time":"...","type":"CloseRequested","instrument":"BTCUSDT","reason":"Manual",
  //    "author":"anna/7c1e"}
  // `author` is the user and the request's own id. Called on a thread of the gateway; must not
  // wait. False: the host takes nothing now (its queue is full, it is stopping), and the one who
  // asked is told so.
  virtual bool post(const std::string& event_line) = 0;
};

struct GatewayOptions {
  std::filesystem::path log;              // The folder of the log.
  std::string listen = "127.0.0.1:8080";  // Port 0: any free one.
  bool read_only = false;                 // `replay --serve`: no actions, and no token on loopback.
  bool follow = true;                     // Look for what is appended.
  std::string trading_mode = "PAPER";     // As the screens say it: REAL, PAPER, REPLAY.
  // Lines `USER RIGHT TOKEN [EXPIRES]`, right one of none, viewer, operator, admin; the file is its
  // owner's alone (mode 0600). Empty: nobody can act.
  std::filesystem::path users;
  // Pages elsewhere that may speak to us: "https://desk.example". Our own address may always.
  std::vector<std::string> origins;
  // PEM files. Without them only loopback addresses are listened on.
  std::filesystem::path certificate;
  std::filesystem::path key;
  // A program and its arguments, run for every alert, with the alert as JSON on its standard input.
  std::vector<std::string> alert_command;
  // Where every alert is POSTed as JSON: "https://...", on this machine also "http://...". Empty:
  // nowhere.
  std::string webhook;
  std::string webhook_certificates;  // PEM file of whom it may be; empty: the system's authorities.
  // A request, TLS handshake and all, has come after so long, or its connection is hung up on.
  std::chrono::milliseconds request_timeout{5'000};
  // A socket that says nothing, and answers no ping, for so long is dropped: as the front ends in
  // use expect it.
  std::chrono::milliseconds silence_timeout{120'000};
};

class Gateway {
 public:
  virtual ~Gateway() = default;

  // The error says what is wrong with the options, the log or the address. `wishes` outlives the
  // gateway; null: read only.
  static std::expected<std::unique_ptr<Gateway>, std::string> start(const GatewayOptions& options,
                                                                    Wishes* wishes);
  virtual std::uint16_t port() const = 0;
  // Reads the file of users anew. One that is as before changes nothing; otherwise the log has a
  // UsersReloaded by this author, and everybody is asked for a token again. The error says what is
  // wrong with the file; the users are then as before.
  virtual std::expected<void, std::string> reload_users(const std::string& author) = 0;
};

}  // namespace tranchet
