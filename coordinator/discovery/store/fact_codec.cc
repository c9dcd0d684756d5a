#include "coordinator/discovery/store/fact_codec.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "coordinator/discovery/store/byte_coder.h"

namespace fastest::discovery {
namespace {

// One description of each structure serves both directions: `Coder` is Encoder or Decoder.
class Encoder {
 public:
  explicit Encoder(std::string& out) : writer_(out) {}

  void Do(const std::string& text) { writer_.Text(text); }
  void Do(int number) { writer_.Signed(number); }
  void Do(bool flag) { writer_.Number(flag ? 1 : 0); }
  template <typename Enum>
  void DoEnum(const Enum& value, Enum) {
    writer_.Number(static_cast<uint64_t>(value));
  }
  template <typename T>
  void Do(const std::vector<T>& list);
  template <typename T>
  void Do(const std::unique_ptr<T>& pointer);
  template <typename T>
  void Do(const T& value);

 private:
  ByteWriter writer_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : reader_(bytes) {}

  bool complete() const { return reader_.ok() && reader_.at_end(); }

  void Do(std::string& text) { text = reader_.Text(); }
  void Do(int& number) { number = static_cast<int>(reader_.Signed()); }
  void Do(bool& flag) { flag = reader_.Number() != 0; }
  // Values beyond `last` are impossible.
  template <typename Enum>
  void DoEnum(Enum& value, Enum last) {
    const uint64_t number = reader_.Number();
    value = number <= static_cast<uint64_t>(last) ? static_cast<Enum>(number) : last;
  }
  template <typename T>
  void Do(std::vector<T>& list);
  template <typename T>
  void Do(std::unique_ptr<T>& pointer);
  template <typename T>
  void Do(T& value);

 private:
  ByteReader reader_;
};

template <typename T, typename Plain>
using Is = std::enable_if_t<std::is_same_v<std::remove_const_t<T>, Plain>, int>;

template <typename Coder, typename T, Is<T, ParameterSets> = 0>
void Code(Coder& coder, T& sets) {
  coder.Do(sets.ids);
  coder.Do(sets.count);
  coder.Do(sets.open_reason);
  coder.Do(sets.marked);
  coder.Do(sets.escaped);
  coder.Do(sets.suffixed);
}

template <typename Coder, typename T, Is<T, Parametrize> = 0>
void Code(Coder& coder, T& parametrize) {
  coder.Do(parametrize.names);
  coder.Do(parametrize.sets);
  coder.Do(parametrize.indirect);
  coder.Do(parametrize.all_indirect);
  coder.Do(parametrize.wide_scope);
}

template <typename Coder, typename T, Is<T, Marks> = 0>
void Code(Coder& coder, T& marks) {
  coder.Do(marks.names);
  coder.Do(marks.parametrize);
  coder.Do(marks.usefixtures);
}

template <typename Coder, typename T, Is<T, Fixture> = 0>
void Code(Coder& coder, T& fixture) {
  coder.Do(fixture.name);
  coder.Do(fixture.autouse);
  coder.Do(fixture.parametrized);
  coder.Do(fixture.params);
  coder.Do(fixture.function_scope);
}

template <typename Coder, typename T, Is<T, Decorated> = 0>
void Code(Coder& coder, T& decorated) {
  coder.Do(decorated.marks);
  coder.Do(decorated.fixture);
  coder.Do(decorated.is_static);
  coder.Do(decorated.not_callable);
  coder.Do(decorated.mocked);
  coder.Do(decorated.given);
  coder.Do(decorated.given_positional);
  coder.Do(decorated.open_reason);
}

template <typename Coder, typename T, Is<T, Function> = 0>
void Code(Coder& coder, T& function) {
  coder.Do(function.line);
  coder.Do(function.yields);
  coder.Do(function.odd_arguments);
  coder.Do(function.arguments);
  coder.Do(function.decorated);
}

template <typename Coder, typename T, Is<T, Binding> = 0>
void Code(Coder& coder, T& binding) {
  coder.Do(binding.name);
  coder.DoEnum(binding.kind, BindingKind::kUnknown);
  coder.Do(binding.conditional);
  coder.Do(binding.index);
  coder.Do(binding.detail);
}

template <typename Coder, typename T, Is<T, BaseClass> = 0>
void Code(Coder& coder, T& base) {
  coder.Do(base.local);
  coder.Do(base.name);
}

template <typename Coder, typename T, Is<T, Class> = 0>
void Code(Coder& coder, T& type) {
  coder.Do(type.line);
  coder.Do(type.name);
  coder.Do(type.bases);
  coder.Do(type.bindings);
  coder.Do(type.marks);
  coder.DoEnum(type.test_flag, TestFlag::kUnknown);
  coder.Do(type.has_generated_init);
  coder.Do(type.mocked);
  coder.Do(type.open_reason);
}

template <typename Coder, typename T, Is<T, IgnoreList> = 0>
void Code(Coder& coder, T& list) {
  coder.Do(list.is_set);
  coder.Do(list.certain);
  coder.Do(list.possible);
  coder.Do(list.computed);
}

template <typename Coder, typename T, Is<T, File> = 0>
void Code(Coder& coder, T& file) {
  coder.Do(file.bindings);
  coder.Do(file.functions);
  coder.Do(file.classes);
  coder.Do(file.marks);
  coder.DoEnum(file.test_flag, TestFlag::kUnknown);
  coder.Do(file.unreadable);
  coder.Do(file.open_reason);
  coder.Do(file.more_reasons);
  coder.Do(file.collect_ignore);
  coder.Do(file.collect_ignore_glob);
}

template <typename T>
void Encoder::Do(const std::vector<T>& list) {
  writer_.Number(list.size());
  for (const T& element : list) Do(element);
}

template <typename T>
void Encoder::Do(const std::unique_ptr<T>& pointer) {
  writer_.Number(pointer == nullptr ? 0 : 1);
  if (pointer != nullptr) Do(*pointer);
}

template <typename T>
void Encoder::Do(const T& value) {
  Code(*this, value);
}

template <typename T>
void Decoder::Do(std::vector<T>& list) {
  list.resize(reader_.Length());
  for (T& element : list) Do(element);
}

template <typename T>
void Decoder::Do(std::unique_ptr<T>& pointer) {
  if (reader_.Number() == 0) return;
  pointer = std::make_unique<T>();
  Do(*pointer);
}

template <typename T>
void Decoder::Do(T& value) {
  Code(*this, value);
}

// Whether numbers that point into lists point at something.
bool IndicesFit(const File& file, const std::vector<Binding>& bindings) {
  for (const Binding& binding : bindings) {
    const size_t index = static_cast<size_t>(binding.index);
    if (binding.kind == BindingKind::kFunction && index >= file.functions.size()) return false;
    if (binding.kind == BindingKind::kClass && index >= file.classes.size()) return false;
  }
  return true;
}

bool IsConsistent(const File& file) {
  if (!IndicesFit(file, file.bindings)) return false;
  for (size_t i = 0; i < file.classes.size(); ++i) {
    const Class& type = file.classes[i];
    if (!IndicesFit(file, type.bindings)) return false;
    for (const BaseClass& base : type.bases) {
      // A class comes after its bases, so there is no circle.
      if (base.local < -1 || base.local >= static_cast<int>(i)) return false;
    }
  }
  return true;
}

}  // namespace

void EncodeFacts(const File& file, std::string& out) { Encoder(out).Do(file); }

bool DecodeFacts(std::string_view bytes, File& file) {
  Decoder decoder(bytes);
  decoder.Do(file);
  return decoder.complete() && IsConsistent(file);
}

}  // namespace fastest::discovery
