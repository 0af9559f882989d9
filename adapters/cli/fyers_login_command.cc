#include "adapters/cli/fyers_login_command.h"

#include <termios.h>
#include <unistd.h>

#include <future>
#include <istream>
#include <memory>
#include <ostream>
#include <random>
#include <utility>

#include "adapters/cli/command_failure.h"
#include "adapters/cli/exit_status.h"
#include "adapters/fyers/requests.h"
#include "adapters/fyers/rest_messages.h"
#include "adapters/fyers/token.h"
#include "adapters/live/clock.h"
#include "adapters/net/client_http.h"

namespace tranchet {
namespace {

using fyers::AccessToken;

template <class T>
using Outcome = std::expected<T, CommandFailure>;

// What is typed is not shown, while there is a terminal to show it.
class Unseen {
 public:
  Unseen() : is_on_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_on_) return;
    termios unseen = before_;
    unseen.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &unseen);
  }
  ~Unseen() {
    if (is_on_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  termios before_{};
  bool is_on_;
};

Secret read_line(std::istream& in) {
  std::string line;
  std::getline(in, line);
  while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.pop_back();
  Secret result(line);
  wipe(line.data(), line.size());
  return result;
}

// Of one login, so that nobody can slip in the end of another.
std::string fresh_state() {
  std::random_device chance;
  std::string state = "t";
  for (int piece = 0; piece < 4; ++piece) state += std::to_string(chance());
  return state;
}

class Login {
 public:
  Login(const FyersLoginArguments& arguments, std::istream& in, std::ostream& err)
      : arguments_(arguments), in_(in), err_(err) {}

  Outcome<std::string> run() {
    auto keys = fyers::read_app_keys(arguments_.app);
    if (!keys) return refuse(keys.error());
    // In the clear only to a twin on this machine.
    const bool is_plain = arguments_.rest.starts_with("http://");
    auto address = parse_address(arguments_.rest, is_plain ? "http" : "https");
    if (!address) {
      return refuse("--rest \"" + arguments_.rest + "\" " + address.error());
    }
    auto network = Network::start({.certificates = arguments_.certificates});
    if (!network) return refuse("--certificates: " + network.error());
    auto proof = arguments_.refresh ? ask_pin(*keys) : ask_code(*keys);
    if (!proof) return std::unexpected(std::move(proof.error()));
    const std::string_view path =
        arguments_.refresh ? "/api/v3/validate-refresh-token" : "/api/v3/validate-authcode";
    auto tokens = exchange(**network, *address, path, proof->body);
    if (!tokens) return std::unexpected(std::move(tokens.error()));
    return keep(*keys, *tokens, proof->refresh);
  }

 private:
  struct Proof {
    Secret body;
    Secret refresh;  // The one in use: an answer to it brings no other.
  };

  Outcome<Proof> ask_pin(const fyers::AppKeys& keys) {
    auto refresh = fyers::read_refresh_token(arguments_.token);
    if (!refresh) return refuse(refresh.error());
    err_ << "PIN: " << std::flush;
    Secret pin;
    {
      const Unseen unseen;
      pin = read_line(in_);
    }
    err_ << std::endl;
    const std::string_view digits = pin.reveal();
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
      return refuse("a PIN has digits alone");
    }
    return Proof{.body = fyers::refresh_body(keys, *refresh, pin), .refresh = std::move(*refresh)};
  }

  Outcome<Proof> ask_code(const fyers::AppKeys& keys) {
    const std::string state = fresh_state();
    std::string_view root = arguments_.rest;
    if (root.ends_with('/')) root.remove_suffix(1);
    err_ << "Log in here:\n\n  " << root
         << fyers::login_target(keys.app_id, keys.redirect_uri, state)
         << "\n\nThen paste the address that the browser was sent to (it begins with "
         << keys.redirect_uri << "), or the auth_code in it:" << std::endl;
    const Secret pasted = read_line(in_);
    auto code = fyers::auth_code_of(pasted.reveal(), state);
    if (!code) return refuse(code.error());
    return Proof{.body = fyers::authcode_body(keys, *code), .refresh = {}};
  }

  Outcome<fyers::Tokens> exchange(Network& network, const NetAddress& address,
                                  std::string_view path, const Secret& body) {
    HttpClient client(network, address, {.connections = 1});
    auto promise = std::make_shared<std::promise<ClientAnswer>>();
    auto answered = promise->get_future();
    client.send({.method = "POST",
                 .target = std::string(path),
                 .headers = {{"Content-Type", "application/json"}},
                 .body = std::string(body.reveal())},
                [promise](ClientAnswer answer) { promise->set_value(std::move(answer)); });
    ClientAnswer answer = answered.get();
    if (answer.status == 0) {
      return refuse(address.host_header() + " does not answer: " + answer.failure, kWorldFailed);
    }
    const auto envelope = fyers::read_envelope(answer.body);
    if (!envelope) {
      return refuse(address.host_header() + " answers with status " +
                        std::to_string(answer.status) + " and " + envelope.error(),
                    kWorldFailed);
    }
    if (!envelope->ok) {
      return refuse(
          "Fyers says no: " + envelope->message + " (code " + std::to_string(envelope->code) + ")",
          kAnswerIsNo);
    }
    auto tokens = fyers::read_tokens(answer.body);
    wipe(answer.body.data(), answer.body.size());
    if (!tokens) return refuse("the answer's " + tokens.error(), kWorldFailed);
    return std::move(*tokens);
  }

  // Only a token that a program could begin with is written over the one before.
  Outcome<std::string> keep(const fyers::AppKeys& keys, const fyers::Tokens& tokens,
                            const Secret& refresh_in_use) {
    const auto token =
        AccessToken::from(keys.app_id, Secret(tokens.access.reveal()), read_clocks().wall);
    if (!token) return refuse("what Fyers sent cannot be used: " + token.error(), kAnswerIsNo);
    const Secret& refresh = tokens.refresh.empty() ? refresh_in_use : tokens.refresh;
    if (auto flaw =
            fyers::write_token_file(arguments_.token, keys.app_id, tokens.access, refresh)) {
      return refuse(*flaw, kWorldFailed);
    }
    return token->account() + " is logged in until " + fyers::indian_text(token->expires()) +
           "; token in " + arguments_.token;
  }

  const FyersLoginArguments& arguments_;
  std::istream& in_;
  std::ostream& err_;
};

}  // namespace

int run_fyers_login_command(const FyersLoginArguments& arguments, std::istream& in,
                            std::ostream& out, std::ostream& err) {
  const Outcome<std::string> done = Login(arguments, in, err).run();
  if (!done) {
    err << "tranchet: fyers-login: " << done.error().message << "\n";
    return done.error().status;
  }
  out << *done << std::endl;
  return out.good() ? kDone : kWorldFailed;
}

}  // namespace tranchet
