package ray.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads one of a few words, each the text of an enum's constant; a wrong one is told the nearest.
 */
abstract class Words<E extends Enum<E>> implements ITypeConverter<E> {
  private final List<E> constants;

  Words(Class<E> type) {
    this.constants = Arrays.asList(type.getEnumConstants());
  }

  @Override
  public E convert(String typed) {
    List<String> known = constants.stream().map(Enum::toString).toList();
    for (E constant : constants) {
      if (constant.toString().equalsIgnoreCase(typed)) {
        return constant;
      }
    }
    Optional<String> nearest = Nearest.to(typed, known);
    throw new TypeConversionException(
        "'"
            + typed
            + "' is none of "
            + String.join(", ", known)
            + nearest.map(meant -> ". Did you mean '" + meant + "'?").orElse(""));
  }
}
