#include "adapters/fyers/server/data_desk.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "adapters/fyers/server/order.h"

namespace tranchet::fyers_venue {
namespace {

// An acknowledgement is wanted of every so many frames; 0 would make the published client read
// data frames otherwise than all others.
constexpr std::uint32_t kAcknowledgeEvery = 3;
constexpr std::size_t kItemsOfFrame = 100;
constexpr std::size_t kTopicsMost = 5'000;

std::int32_t fitted(std::int64_t value) {
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(value, std::numeric_limits<std::int32_t>::min() + 1,
                               std::numeric_limits<std::int32_t>::max()));
}

// 606.4 of two decimals: 60640.
std::int32_t scaled(Price price, int precision) {
  std::int64_t unit = kDecimalOne;
  for (int place = 0; place < precision; ++place) unit /= 10;
  return fitted(price.raw() / unit);
}

std::int32_t counted(Quantity quantity) {
  return fitted(whole(quantity));
}

std::vector<std::int32_t> values_of(const Board& board, char kind) {
  return kind == 's'   ? price_values(board)
         : kind == 'd' ? depth_values(board)
                       : index_values(board);
}

}  // namespace

std::vector<std::int32_t> price_values(const Board& board) {
  const int places = board.listing().precision();
  const auto price = [places](Price value) { return scaled(value, places); };
  return {price(board.last()),
          counted(board.volume()),
          fitted(epoch_seconds(board.last_time())),
          fitted(epoch_seconds(board.feed_time())),
          counted(board.levels(Side::Buy)[0].quantity),
          counted(board.levels(Side::Sell)[0].quantity),
          price(board.bid()),
          price(board.ask()),
          counted(board.last_quantity()),
          counted(board.total(Side::Buy)),
          counted(board.total(Side::Sell)),
          price(board.average()),
          0,
          price(board.low()),
          price(board.high()),
          0,
          0,
          price(board.lower()),
          price(board.upper()),
          price(board.open()),
          price(board.previous_close())};
}

std::vector<std::int32_t> depth_values(const Board& board) {
  const int places = board.listing().precision();
  std::vector<std::int32_t> values;
  for (const Side side : {Side::Buy, Side::Sell}) {
    for (const BoardLevel& level : board.levels(side)) {
      values.push_back(scaled(level.price, places));
    }
  }
  for (const Side side : {Side::Buy, Side::Sell}) {
    for (const BoardLevel& level : board.levels(side)) values.push_back(counted(level.quantity));
  }
  for (const Side side : {Side::Buy, Side::Sell}) {
    for (const BoardLevel& level : board.levels(side)) {
      values.push_back(level.price.is_positive() ? 1 : 0);
    }
  }
  return values;
}

std::vector<std::int32_t> index_values(const Board& board) {
  const int places = board.listing().precision();
  return {scaled(board.last(), places),
          scaled(board.previous_close(), places),
          fitted(epoch_seconds(board.feed_time())),
          scaled(board.high(), places),
          scaled(board.low(), places),
          scaled(board.open(), places)};
}

void DataDesk::send(StreamId stream, std::string frame) {
  output_.push_back(
      {.stream = stream, .text = std::move(frame), .hang_up = false, .is_binary = true});
}

void DataDesk::send_items(StreamId stream, Connection& connection,
                          const std::vector<std::string>& items) {
  for (std::size_t first = 0; first < items.size(); first += kItemsOfFrame) {
    const std::size_t count = std::min(kItemsOfFrame, items.size() - first);
    send(stream, data_frame(++connection.frames, std::span(items).subspan(first, count)));
  }
}

void DataDesk::hang_up_all() {
  for (const auto& [stream, connection] : connections_) {
    output_.push_back({.stream = stream, .text = "", .hang_up = true});
  }
}

// ---- What a client says.

void DataDesk::on_frame(StreamId stream, std::string_view bytes) {
  const auto found = connections_.find(stream);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  const auto frame = read_client_frame(bytes);
  const bool connects = frame && frame->type == FrameType::Connect;
  // Whoever sends what is none, or speaks before it has said who it is, is hung up on.
  if (!frame || (!connects && !connection.is_admitted)) {
    output_.push_back({.stream = stream, .text = "", .hang_up = true});
    return;
  }
  switch (frame->type) {
    case FrameType::Connect:
      return connect(stream, connection, *frame);
    case FrameType::Subscribe:
      subscribe(connection, *frame);
      break;
    case FrameType::Unsubscribe:
      unsubscribe(connection, *frame);
      break;
    case FrameType::Pause:
      connection.paused |= frame->channels;
      break;
    case FrameType::Resume:
      connection.paused &= ~std::bitset<64>(frame->channels);
      break;
    case FrameType::Mode:
      if (frame->mode == 'L') connection.lite |= frame->channels;
      if (frame->mode == 'F') connection.lite &= ~std::bitset<64>(frame->channels);
      break;
    case FrameType::Acknowledge:
    case FrameType::Ping:
    case FrameType::Data:
      return;
  }
  send(stream, control_frame(frame->type, true));
  tell_all(stream, connection);
}

void DataDesk::connect(StreamId stream, Connection& connection, const ClientFrame& frame) {
  const bool refused = faults_.strike(FaultKind::KeyRefused) != nullptr;
  connection.is_admitted = !refused && admits_(frame.key);
  send(stream, connection.is_admitted ? connected_frame(kAcknowledgeEvery) : refused_frame());
}

bool DataDesk::add_topic(Connection& connection, const std::string& name, std::uint8_t channel) {
  const std::string_view kind = std::string_view(name).substr(0, 2);
  if (kind != "sf" && kind != "dp" && kind != "if") return false;
  const auto board = std::ranges::find_if(boards_, [&](const Board& each) {
    const Listing& listing = each.listing();
    return listing.is_index() == (kind == "if") && listing.topic(kind) == name;
  });
  // The venue says yes to what it does not know, and sends nothing.
  if (board == boards_.end()) return false;
  Topic topic{.name = name,
              .board = static_cast<std::size_t>(board - boards_.begin()),
              .kind = kind[0],
              .channel = channel};
  const auto is_used = [&](std::uint16_t id) {
    return std::ranges::find(connection.topics, id, &Topic::id) != connection.topics.end();
  };
  // Numbers of those that have gone are given out again.
  topic.id = 1;
  while (is_used(topic.id)) ++topic.id;
  if (connection.topics.empty() || faults_.strike(FaultKind::ReuseTopics) == nullptr) {
    connection.topics.push_back(std::move(topic));
    return true;
  }
  Topic& older = connection.topics.front();
  std::swap(topic.id, older.id);
  older.sent.clear();
  // Announced while its number still is the older one's.
  connection.topics.insert(connection.topics.begin(), std::move(topic));
  return true;
}

void DataDesk::subscribe(Connection& connection, const ClientFrame& frame) {
  for (const std::string& name : frame.topics) {
    const auto same = std::ranges::find(connection.topics, name, &Topic::name);
    if (same != connection.topics.end()) {
      same->channel = frame.channel;
      same->sent.clear();
    } else if (connection.topics.size() < kTopicsMost) {
      add_topic(connection, name, frame.channel);
    }
  }
}

void DataDesk::unsubscribe(Connection& connection, const ClientFrame& frame) {
  std::erase_if(connection.topics, [&](const Topic& topic) {
    return std::ranges::find(frame.topics, topic.name) != frame.topics.end();
  });
}

// ---- What it is told.

std::string DataDesk::item_of(const Connection& connection, Topic& topic) {
  const Board& board = boards_[topic.board];
  if (!board.has_price() || connection.paused.test(topic.channel & 63)) return "";
  std::vector<std::int32_t> values = values_of(board, topic.kind);
  const Listing& listing = board.listing();
  if (topic.sent.empty()) {
    topic.sent = values;
    return snapshot_item(
        {.topic_id = topic.id,
         .topic = topic.name,
         .values = topic.sent,
         .precision = static_cast<std::uint8_t>(listing.precision()),
         .segment = listing.stream_segment,
         .token = listing.is_index() ? listing.index_name : listing.token,
         .symbol = listing.is_index() ? listing.index_name : listing.short_name()});
  }
  const bool lite =
      connection.lite.test(topic.channel & 63) || faults_.strike(FaultKind::LiteFrames) != nullptr;
  if (lite) {
    if (topic.kind == 'd' || values[0] == topic.sent[0]) return "";
    topic.sent[0] = values[0];
    return lite_item(topic.id, values[0]);
  }
  std::size_t count = 0;  // Behind the last one that has changed.
  std::vector<std::int32_t> changes(values.size(), kUnchanged);
  for (std::size_t index = 0; index < values.size(); ++index) {
    if (values[index] == topic.sent[index]) continue;
    changes[index] = values[index];
    count = index + 1;
  }
  topic.sent = std::move(values);
  if (count == 0) return "";
  return update_item(topic.id, std::span(changes).first(count));
}

void DataDesk::tell_all(StreamId stream, Connection& connection) {
  std::vector<std::string> items;
  for (Topic& topic : connection.topics) {
    if (std::string item = item_of(connection, topic); !item.empty()) {
      items.push_back(std::move(item));
    }
  }
  send_items(stream, connection, items);
}

void DataDesk::publish(std::size_t board) {
  for (auto& [stream, connection] : connections_) {
    std::vector<std::string> items;
    for (Topic& topic : connection.topics) {
      if (topic.board != board) continue;
      if (std::string item = item_of(connection, topic); !item.empty()) {
        items.push_back(std::move(item));
      }
    }
    send_items(stream, connection, items);
  }
}

}  // namespace tranchet::fyers_venue
