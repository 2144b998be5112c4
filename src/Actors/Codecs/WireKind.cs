namespace Sluice.Actors.Codecs;

/// <summary>
/// How the content of a value is laid out: what a reader must know to skip a field that it has never heard of. The
/// numbers are wire; there is no room for more.
/// </summary>
internal enum WireKind : byte
{
    /// <summary>A whole number of up to 64 bits with its sign, or without one, as a zigzag varint.</summary>
    Integer = 0,

    /// <summary>Four bytes, little end first.</summary>
    Fixed32 = 1,

    /// <summary>Eight bytes, little end first.</summary>
    Fixed64 = 2,

    /// <summary>A varint of the length, then so many bytes.</summary>
    Bytes = 3,

    /// <summary>Fields, in ascending order of their numbers, up to the head of kind <see cref="End"/>.</summary>
    Group = 4,

    /// <summary>The end of a group. Has no content.</summary>
    End = 5,

    /// <summary>A varint of the count and the elements' kind, then the elements.</summary>
    List = 6,

    /// <summary>
    /// No value. Has no content. As the kind of a list's elements: each of them has a head of its own, for some may be
    /// null.
    /// </summary>
    Null = 7,
}
