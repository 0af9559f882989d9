#include "tests/adapters/gateway/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr int kPatience = 20'000;  // Milliseconds until a wait is a failure.

std::string lines(const std::vector<std::string>& headers) {
  std::string text;
  for (const std::string& header : headers) text += header + "\r\n";
  return text;
}

}  // namespace

Peer::Peer(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* raw = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  ENSURE(connect(socket_, raw, sizeof(address)) == 0);
}

Peer::~Peer() {
  close(socket_);
}

void Peer::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // The other side does not listen any more.
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Peer::fill() {
  pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
  if (poll(&ready, 1, kPatience) <= 0) return false;
  std::string chunk(65'536, '\0');
  const ssize_t count = recv(socket_, chunk.data(), chunk.size(), 0);
  has_ended_ = count <= 0;
  if (has_ended_) return false;
  buffer_.append(chunk, 0, static_cast<std::size_t>(count));
  return true;
}

PeerAnswer Peer::request(std::string_view method, std::string_view target,
                         const std::vector<std::string>& headers, std::string_view body) {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
  bool has_host = false;
  for (const std::string& header : headers) has_host = has_host || header.starts_with("Host:");
  if (!has_host) text += "Host: 127.0.0.1\r\n";
  text += lines(headers);
  if (!body.empty() || method == "POST") {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  send_bytes(text + "\r\n" + std::string(body));
  PeerAnswer answer;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return answer;
  }
  answer.head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  answer.status = std::atoi(answer.head.c_str() + answer.head.find(' '));
  const std::size_t length_at = answer.head.find("Content-Length: ");
  const std::size_t length =
      length_at == std::string::npos
          ? 0
          : static_cast<std::size_t>(std::atoll(answer.head.c_str() + length_at + 16));
  while (buffer_.size() < length) {
    if (!fill()) return answer;
  }
  answer.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return answer;
}

int Peer::upgrade(std::string_view target, const std::vector<std::string>& headers) {
  std::vector<std::string> all = {"Upgrade: websocket", "Connection: Upgrade",
                                  "Sec-WebSocket-Version: 13",
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="};
  all.insert(all.end(), headers.begin(), headers.end());
  return request("GET", target, all).status;
}

void Peer::send_frame(unsigned char first, std::string_view payload, bool masked) {
  std::string frame(1, static_cast<char>(first));
  const unsigned char mask_bit = masked ? 0x80 : 0;
  if (payload.size() < 126) {
    frame += static_cast<char>(mask_bit | payload.size());
  } else if (payload.size() < 65'536) {
    frame += static_cast<char>(mask_bit | 126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 0xff);
  } else {
    frame += static_cast<char>(mask_bit | 127);
    for (int shift = 56; shift >= 0; shift -= 8) {
      frame += static_cast<char>((payload.size() >> shift) & 0xff);
    }
  }
  // A mask of zeros leaves the payload as it is.
  if (masked) frame.append(4, '\0');
  send_bytes(frame + std::string(payload));
}

void Peer::send_text(std::string_view text) {
  send_frame(0x81, text);
}

std::optional<std::pair<unsigned char, std::string>> Peer::next_frame() {
  const auto byte = [this](std::size_t at) { return static_cast<unsigned char>(buffer_[at]); };
  const auto need = [this](std::size_t size) {
    while (buffer_.size() < size) {
      if (!fill()) return false;
    }
    return true;
  };
  if (!need(2)) return std::nullopt;
  std::size_t size = byte(1) & 0x7fU;
  std::size_t head = 2;
  const std::size_t wide = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (wide > 0) {
    if (!need(2 + wide)) return std::nullopt;
    size = 0;
    for (std::size_t at = 0; at < wide; ++at) size = size << 8 | byte(2 + at);
    head += wide;
  }
  if (!need(head + size)) return std::nullopt;
  std::pair<unsigned char, std::string> frame{byte(0) & 0x0fU, buffer_.substr(head, size)};
  buffer_.erase(0, head + size);
  return frame;
}

std::optional<std::string> Peer::next_text() {
  while (auto frame = next_frame()) {
    if (frame->first == 1) return std::move(frame->second);
    if (frame->first == 9) send_frame(0x8a, frame->second);
    if (frame->first != 8) continue;
    if (frame->second.size() >= 2) {
      close_code_ = static_cast<unsigned char>(frame->second[0]) << 8 |
                    static_cast<unsigned char>(frame->second[1]);
    }
    send_frame(0x88, frame->second.substr(0, 2));
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string> Peer::next_text_with(const std::vector<std::string>& parts) {
  while (auto text = next_text()) {
    bool all = true;
    for (const std::string& part : parts) all = all && text->find(part) != std::string::npos;
    if (all) return text;
  }
  return std::nullopt;
}

std::vector<std::string> Peer::texts_so_far() {
  send_text("ping");
  std::vector<std::string> texts;
  while (auto text = next_text()) {
    if (*text == "pong") break;
    texts.push_back(std::move(*text));
  }
  return texts;
}

bool Peer::is_closed() {
  while (next_text()) {
  }
  return is_hung_up_on();
}

bool Peer::is_hung_up_on() {
  while (fill()) {
  }
  return has_ended_;
}

std::string json_field(std::string_view document, std::string_view name) {
  const std::size_t found = document.find("\"" + std::string(name) + "\":");
  if (found == std::string_view::npos) return {};
  std::string_view rest = document.substr(found + name.size() + 3);
  if (rest.starts_with('"')) return std::string(rest.substr(0, rest.find('"', 1) + 1));
  return std::string(rest.substr(0, rest.find_first_of(",}]")));
}

}  // namespace tranchet
