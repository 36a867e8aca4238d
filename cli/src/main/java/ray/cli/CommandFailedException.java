package ray.cli;

import java.io.Serial;

/** A command can't do what was asked; the message is for the user and names the next step. */
final class CommandFailedException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  CommandFailedException(String message) {
    super(message);
  }
}
