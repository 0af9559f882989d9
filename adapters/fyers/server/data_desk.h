// The data stream: who is connected with which key, what each has subscribed to, and what has
// changed since it was told last.
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/fyers/server/board.h"
#include "adapters/fyers/server/faults.h"
#include "adapters/fyers/server/hsm_frames.h"
#include "adapters/venue_server/stream_output.h"

namespace tranchet::fyers_venue {

using venue_server::StreamId;
using venue_server::StreamOutput;

class DataDesk {
 public:
  // Both outlive it. `admits`: whether a key is good now.
  DataDesk(const std::vector<Board>& boards, Faults& faults,
           std::function<bool(std::string_view key)> admits)
      : boards_(boards), faults_(faults), admits_(std::move(admits)) {}

  void open(StreamId stream) { connections_[stream]; }
  void on_frame(StreamId stream, std::string_view bytes);
  void closed(StreamId stream) { connections_.erase(stream); }
  bool has(StreamId stream) const { return connections_.contains(stream); }

  // A price of the board has changed.
  void publish(std::size_t board);
  void hang_up_all();

  std::vector<StreamOutput> take() { return std::exchange(output_, {}); }

 private:
  struct Topic {
    std::string name;
    std::size_t board = 0;
    char kind = 's';  // 's' prices, 'd' depth, 'i' index.
    std::uint16_t id = 0;
    std::uint8_t channel = 0;
    std::vector<std::int32_t> sent;  // Empty: not announced yet.
  };
  struct Connection {
    bool is_admitted = false;
    std::uint32_t frames = 0;  // Number of the newest.
    std::bitset<64> paused;    // By channel.
    std::bitset<64> lite;
    std::vector<Topic> topics;
  };

  void connect(StreamId stream, Connection& connection, const ClientFrame& frame);
  void subscribe(Connection& connection, const ClientFrame& frame);
  void unsubscribe(Connection& connection, const ClientFrame& frame);
  bool add_topic(Connection& connection, const std::string& name, std::uint8_t channel);
  void send(StreamId stream, std::string frame);
  void send_items(StreamId stream, Connection& connection, const std::vector<std::string>& items);
  // What is new of it; empty: nothing.
  std::string item_of(const Connection& connection, Topic& topic);
  void tell_all(StreamId stream, Connection& connection);

  const std::vector<Board>& boards_;
  Faults& faults_;
  std::function<bool(std::string_view)> admits_;
  std::map<StreamId, Connection> connections_;
  std::vector<StreamOutput> output_;
};

// What a topic's frames carry, in the order of the schema.
std::vector<std::int32_t> price_values(const Board& board);  // 21
std::vector<std::int32_t> depth_values(const Board& board);  // 30
std::vector<std::int32_t> index_values(const Board& board);  // 6

}  // namespace tranchet::fyers_venue
