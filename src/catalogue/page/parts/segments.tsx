import { cut, visible } from '../../model/visible-text.ts';

/** One of a few, side by side: radio buttons, which arrow keys go through. */
export function Segments<T extends string>({
  label,
  name,
  options,
  value,
  onChoose,
}: {
  readonly label: string;
  readonly name: string;
  readonly options: readonly { readonly value: T; readonly words: string; readonly title?: string }[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
}) {
  return (
    <fieldset class="segments">
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChoose(option.value)}
          />
          <span>
            {visible(cut(option.words, 60).text)}
            {option.title !== undefined && <small> {option.title}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
