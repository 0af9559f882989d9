#include "tests/adapters/net/simple_client.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "events/ensure.h"

namespace tranchet {
namespace {

// Tests mask their frames with nothing: a mask of zeros is one.
constexpr std::string_view kMask("\0\0\0\0", 4);

std::string lower(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

}  // namespace

struct SimpleClient::Wire {
  int descriptor = -1;
  SSL_CTX* context = nullptr;
  SSL* tls = nullptr;
  bool connected = false;

  ~Wire() {
    SSL_free(tls);
    SSL_CTX_free(context);
    if (descriptor >= 0) ::close(descriptor);
  }
};

int SimpleFrame::close_code() const {
  if (opcode != 8 || bytes.size() < 2) return 0;
  return static_cast<unsigned char>(bytes[0]) * 256 + static_cast<unsigned char>(bytes[1]);
}

SimpleClient::SimpleClient(std::uint16_t port, const std::string& trusted, int patience_ms)
    : wire_(std::make_unique<Wire>()) {
  wire_->descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  ENSURE(wire_->descriptor >= 0);
  const timeval patience{patience_ms / 1'000, patience_ms % 1'000 * 1'000};
  ::setsockopt(wire_->descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(wire_->descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ENSURE(::connect(wire_->descriptor, reinterpret_cast<const sockaddr*>(&address),
                   sizeof address) == 0);
  wire_->connected = true;
  if (trusted.empty()) return;
  wire_->context = SSL_CTX_new(TLS_client_method());
  ENSURE(SSL_CTX_load_verify_locations(wire_->context, trusted.c_str(), nullptr) == 1);
  SSL_CTX_set_verify(wire_->context, SSL_VERIFY_PEER, nullptr);
  wire_->tls = SSL_new(wire_->context);
  SSL_set1_host(wire_->tls, "localhost");
  SSL_set_fd(wire_->tls, wire_->descriptor);
  wire_->connected = SSL_connect(wire_->tls) == 1;
}

SimpleClient::~SimpleClient() = default;

bool SimpleClient::is_connected() const {
  return wire_->connected;
}

void SimpleClient::hang_up() {
  ::shutdown(wire_->descriptor, SHUT_RDWR);
}

bool SimpleClient::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = wire_->tls != nullptr
                          ? static_cast<ssize_t>(
                                SSL_write(wire_->tls, bytes.data(), static_cast<int>(bytes.size())))
                          : ::send(wire_->descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool SimpleClient::fill() {
  std::array<char, 16'384> piece{};
  const auto got = wire_->tls != nullptr
                       ? static_cast<ssize_t>(SSL_read(wire_->tls, piece.data(), piece.size()))
                       : ::recv(wire_->descriptor, piece.data(), piece.size(), 0);
  if (got <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(got));
  return true;
}

std::string SimpleClient::take(std::size_t count) {
  while (buffer_.size() < count && fill()) {
  }
  const std::string taken = buffer_.substr(0, count);
  buffer_.erase(0, taken.size());
  return taken;
}

std::optional<std::string> SimpleClient::read_line() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  std::string line = take(end);
  take(2);
  return line;
}

SimpleAnswer SimpleClient::read_answer() {
  SimpleAnswer answer;
  const auto first = read_line();
  if (!first || first->size() < 12) return answer;
  answer.status = std::atoi(first->c_str() + 9);
  for (auto line = read_line(); line && !line->empty(); line = read_line()) {
    const std::size_t colon = line->find(": ");
    answer.headers[lower(line->substr(0, colon))] = line->substr(colon + 2);
  }
  const auto length = answer.headers.find("content-length");
  if (length != answer.headers.end()) {
    answer.body = take(static_cast<std::size_t>(std::atoll(length->second.c_str())));
  }
  return answer;
}

SimpleAnswer SimpleClient::ask(std::string_view method, std::string_view target,
                               std::string_view body, std::string_view headers) {
  std::string request(method);
  request += " ";
  request += target;
  request += " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size());
  request += "\r\n";
  request += headers;
  request += "\r\n";
  request += body;
  if (!write(request)) return {};
  return read_answer();
}

int SimpleClient::upgrade(std::string_view target, std::string_view headers) {
  write("GET " + std::string(target) +
        " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
        std::string(headers) + "\r\n");
  return read_answer().status;
}

void SimpleClient::send_frame(int opcode, std::string_view bytes) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  if (bytes.size() < 126) {
    frame += static_cast<char>(0x80 | bytes.size());
  } else {
    const bool small = bytes.size() < 65'536;
    frame += static_cast<char>(0x80 | (small ? 126 : 127));
    for (int shift = small ? 8 : 56; shift >= 0; shift -= 8) {
      frame += static_cast<char>(bytes.size() >> shift);
    }
  }
  frame += kMask;
  frame += bytes;
  write(frame);
}

SimpleFrame SimpleClient::read_frame() {
  const std::string head = take(2);
  if (head.size() < 2) return {};
  std::size_t length = static_cast<unsigned char>(head[1]) & 0x7F;
  if (length >= 126) {
    const std::string more = take(length == 126 ? 2 : 8);
    length = 0;
    for (const char byte : more) length = length * 256 + static_cast<unsigned char>(byte);
  }
  return {static_cast<unsigned char>(head[0]) & 0x0F, take(length)};
}

std::string SimpleClient::read_text_with(std::string_view part) {
  for (;;) {
    const SimpleFrame frame = read_frame();
    if (frame.opcode == -1 || frame.opcode == 8) return "";
    if (frame.opcode == 9) send_frame(10, frame.bytes);
    if (frame.opcode == 1 && frame.bytes.find(part) != std::string::npos) return frame.bytes;
  }
}

}  // namespace tranchet
