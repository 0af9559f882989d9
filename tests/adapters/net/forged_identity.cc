#include "tests/adapters/net/forged_identity.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

#include "events/ensure.h"

namespace tranchet {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;
using File = std::unique_ptr<std::FILE, Free>;

Key make_key(int rsa_bits) {
  if (rsa_bits == 0) return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(rsa_bits)));
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, &context, kind, value.c_str());
  ENSURE(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate make_certificate(const std::string& name, EVP_PKEY* key, X509* issuer,
                             const Forgery& forgery, bool may_sign) {
  static long serial = 1;
  Certificate made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), forgery.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), forgery.valid_until);
  X509_set_pubkey(made.get(), key);
  X509_NAME* subject = X509_get_subject_name(made.get());
  const std::string common = name + std::to_string(serial);
  X509_NAME_add_entry_by_NID(
      subject, NID_commonName, MBSTRING_ASC,
      const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(common.c_str())), -1, -1,
      0);
  X509* signer = issuer == nullptr ? made.get() : issuer;
  X509_set_issuer_name(made.get(), X509_get_subject_name(signer));
  add_extension(made.get(), signer, NID_basic_constraints,
                may_sign ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (may_sign) add_extension(made.get(), signer, NID_key_usage, "critical,keyCertSign");
  if (!may_sign && !forgery.names.empty()) {
    add_extension(made.get(), signer, NID_subject_alt_name, forgery.names);
  }
  if (forgery.for_clients_only) {
    add_extension(made.get(), signer, NID_ext_key_usage, "clientAuth");
  }
  return made;
}

void write_pem(const std::filesystem::path& path, X509* first, X509* second) {
  const File file(std::fopen(path.c_str(), "w"));
  ENSURE(file != nullptr);
  PEM_write_X509(file.get(), first);
  if (second != nullptr) PEM_write_X509(file.get(), second);
}

void write_pem(const std::filesystem::path& path, EVP_PKEY* key) {
  const File file(std::fopen(path.c_str(), "w"));
  ENSURE(file != nullptr);
  PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
}

// The signature is the last thing in the encoding.
Certificate with_broken_signature(X509* whole) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(whole, &bytes);
  bytes[size - 1] = static_cast<unsigned char>(bytes[size - 1] ^ 1U);
  const unsigned char* at = bytes;
  Certificate broken(d2i_X509(nullptr, &at, size));
  OPENSSL_free(bytes);
  return broken;
}

}  // namespace

struct TestAuthority::Inside {
  std::filesystem::path folder;
  Key key, other_key, leaf_key;
  Certificate root, other_root, leaf;
};

TestAuthority::TestAuthority(const std::filesystem::path& folder) : inside_(new Inside) {
  std::filesystem::create_directories(folder);
  inside_->folder = folder;
  inside_->key = make_key(0);
  inside_->other_key = make_key(0);
  inside_->leaf_key = make_key(0);
  const auto root = [](EVP_PKEY* key, const std::string& name) {
    Certificate made = make_certificate(name, key, nullptr, {}, true);
    X509_sign(made.get(), key, EVP_sha256());
    return made;
  };
  inside_->root = root(inside_->key.get(), "root");
  inside_->other_root = root(inside_->other_key.get(), "other");
  inside_->leaf = make_certificate("leaf", inside_->leaf_key.get(), inside_->root.get(), {}, false);
  X509_sign(inside_->leaf.get(), inside_->key.get(), EVP_sha256());
  write_pem(certificate(), inside_->root.get(), nullptr);
}

TestAuthority::~TestAuthority() {
  delete inside_;
}

std::filesystem::path TestAuthority::certificate() const {
  return inside_->folder / "root.pem";
}

IdentityFiles TestAuthority::issue(const std::string& name, const Forgery& forgery) {
  const Key key = make_key(forgery.rsa_bits);
  X509* issuer = inside_->root.get();
  EVP_PKEY* signer = inside_->key.get();
  X509* above = nullptr;
  if (forgery.self_signed) {
    issuer = nullptr;
    signer = key.get();
  } else if (forgery.unknown_authority) {
    issuer = inside_->other_root.get();
    signer = inside_->other_key.get();
    above = issuer;
  } else if (forgery.by_a_leaf) {
    issuer = inside_->leaf.get();
    signer = inside_->leaf_key.get();
    above = issuer;
  }
  Certificate made = make_certificate(name, key.get(), issuer, forgery, false);
  X509_sign(made.get(), signer, forgery.sha1 ? EVP_sha1() : EVP_sha256());
  if (forgery.broken_signature) made = with_broken_signature(made.get());
  IdentityFiles files{.certificate = inside_->folder / (name + ".pem"),
                      .key = inside_->folder / (name + ".key")};
  write_pem(files.certificate, made.get(), above);
  write_pem(files.key, key.get());
  return files;
}

}  // namespace tranchet
