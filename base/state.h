// A state that changes only along the transitions that its enum names. Example:
//   enum class Door { kShut, kOpen, kGone };
//   // kShut → kOpen → kShut; from anywhere → kGone.
//   constexpr bool MayFollow(Door from, Door to) {
//     return from != to && from != Door::kGone;
//   }
//   State<Door> door{Door::kShut};
//   door.To(Door::kOpen);
#ifndef FASTEST_BASE_STATE_H_
#define FASTEST_BASE_STATE_H_

namespace fastest {

// Ends the process with a line that names the transition.
[[noreturn]] void RejectTransition(const char* state, int from, int to);

// `Value` is an enum class with a function MayFollow beside it. A transition that MayFollow does not allow is a mistake
// in the program: To() ends the process, in tests as in production. Not thread-safe.
template <class Value>
class State {
 public:
  constexpr explicit State(Value value) : value_(value) {}

  void To(Value next) {
    if (!MayFollow(value_, next)) {
      RejectTransition(__PRETTY_FUNCTION__, static_cast<int>(value_), static_cast<int>(next));
    }
    value_ = next;
  }

  // NOLINTNEXTLINE(google-explicit-constructor): a State is compared like its value.
  constexpr operator Value() const { return value_; }

 private:
  Value value_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_STATE_H_
