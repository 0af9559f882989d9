// The sockets around the core of the Fyers adapter (socket_side.h).
//
// The token ends every morning. Its file is looked at every few seconds: once another one is
// written there, it is taken over.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/fyers/core.h"
#include "adapters/live/fyers_market.h"
#include "adapters/live/socket_side.h"

namespace tranchet {

// A token for a program that trades; a paper program makes none of these.
class FyersPermit {
 public:
  // The error says what is wrong with the file, never what is in it. From here on the process
  // cannot be dumped, nor looked into.
  static std::expected<FyersPermit, std::string> from_file(const std::filesystem::path& file);

  const fyers::AccessToken& token() const { return token_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  friend class FyersSide;
  FyersPermit(std::filesystem::path file, fyers::AccessToken token)
      : file_(std::move(file)), token_(std::move(token)) {}
  std::filesystem::path file_;
  fyers::AccessToken token_;
};

struct FyersSideOptions {
  fyers::CoreOptions core;
  NetAddress rest;
  NetAddress stream;
  // Where good-till-triggered orders are recorded.
  std::filesystem::path gtt_file;
  // The log began with this run: an order of ours at the venue is one of a log that was lost.
  bool log_is_new = false;
};

class FyersSide final : public SocketSide {
 public:
  // `state` is the engine's. All but the options must outlive it.
  FyersSide(const FyersSideOptions& options, FyersPermit permit, Names& names, const State& state,
            Inbox& inbox, Network& network, Notes& notes);

  void submit(std::span<const Command> commands, Timestamp now) override;
  void start(ClockReading now) override;
  void tick(ClockReading now) override;
  std::optional<Timestamp> next_tick() const override;
  Notes::Fields figures() const override;

 private:
  void look_at_token_file(ClockReading now);
  void look_at_night(ClockReading now);
  void keep_gtt_records(ClockReading now);
  void note_gtt_news();
  void keep_streams() override;
  WebSocketEvents user_events(std::uint64_t attempt);
  FyersMarketEvents market_events(std::uint64_t attempt);

  FyersSideOptions options_;
  std::filesystem::path token_file_;
  std::filesystem::file_time_type token_time_;
  Timestamp next_look_;
  std::uint64_t gtt_kept_ = 0;  // Version of the records on disk.
  Timestamp next_gtt_write_;    // After one that failed.
  fyers::FyersCore core_;
  SocketLine<WebSocketClient> user_;
  SocketLine<FyersMarketStream> market_;
  std::vector<fyers::StreamFrame> frames_;
};

}  // namespace tranchet
