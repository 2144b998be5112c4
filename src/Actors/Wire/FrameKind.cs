namespace Sluice.Actors.Wire;

/// <summary>The kinds of frames. A frame is its length (four bytes, little endian), its kind, its body.</summary>
internal enum FrameKind : byte
{
    /// <summary>First from who connects: who it is and what it wants.</summary>
    Hello = 1,

    /// <summary>First from who was connected to: that it agrees.</summary>
    Welcome = 2,

    /// <summary>Gives a method the number by which this side will call it.</summary>
    Method = 3,

    /// <summary>A call to a grain.</summary>
    Call = 4,

    /// <summary>A call's result.</summary>
    Result = 5,

    /// <summary>A call's exception.</summary>
    Failure = 6,

    /// <summary>The grain lives elsewhere: the call has not run, and the view says where to send it.</summary>
    Moved = 7,

    /// <summary>Nobody waits for that call any more.</summary>
    Cancel = 8,

    /// <summary>The silos of the cluster.</summary>
    View = 9,

    /// <summary>Which grain type is behind which grain interface.</summary>
    Manifest = 10,

    /// <summary>Asks for a sign of life.</summary>
    Ping = 11,

    /// <summary>The sign of life.</summary>
    Pong = 12,

    /// <summary>A client cannot reach that silo, and asks this one to look.</summary>
    Unreachable = 13,
}
