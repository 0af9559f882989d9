// Certificates for tests, good and bad, made on the spot.
#pragma once

#include <filesystem>
#include <string>

namespace tranchet {

// What is wrong with it; nothing by default.
struct Forgery {
  std::string names = "DNS:localhost,IP:127.0.0.1";  // subjectAltName; "": none.
  int valid_from = -3'600;                           // Seconds from now.
  int valid_until = 86'400;
  int rsa_bits = 0;                // 0: a key on the curve P-256, which is quickly made.
  bool self_signed = false;        // Signed by itself instead of the authority.
  bool unknown_authority = false;  // Signed by one that nobody trusts.
  bool by_a_leaf = false;          // Signed by a certificate that may not sign others.
  bool for_clients_only = false;   // extendedKeyUsage clientAuth.
  bool broken_signature = false;   // One bit of it is wrong.
  bool sha1 = false;               // Signed over SHA-1.
};

struct IdentityFiles {
  std::filesystem::path certificate;  // PEM, with what is above it but the root.
  std::filesystem::path key;
};

// An authority, and what it has signed, in a folder of its own.
class TestAuthority {
 public:
  explicit TestAuthority(const std::filesystem::path& folder);
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  std::filesystem::path certificate() const;  // Of the root, to be trusted.
  IdentityFiles issue(const std::string& name, const Forgery& forgery);

 private:
  struct Inside;
  Inside* inside_;
};

}  // namespace tranchet
