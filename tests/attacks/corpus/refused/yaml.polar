# Is a catalogue under the wrong name.

version: 1  # refused: *
policies: {}
