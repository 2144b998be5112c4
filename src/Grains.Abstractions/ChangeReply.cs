namespace Sluice.Grains.Abstractions;

/// <summary>How an administrative change ended. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.ChangeOutcome")]
public enum ChangeOutcome
{
    /// <summary>No outcome. Never sent.</summary>
    None = 0,

    /// <summary>The change is stored and in force for the next request.</summary>
    Done = 1,

    /// <summary>What should change does not exist.</summary>
    NotFound = 2,

    /// <summary>What should be made exists already.</summary>
    AlreadyExists = 3,

    /// <summary>The object is owned by a configuration file; <see cref="ChangeReply.Detail"/> names it.</summary>
    OwnedByFile = 4,

    /// <summary>The change breaks a rule; <see cref="ChangeReply.Detail"/> names every mistake.</summary>
    Invalid = 5,

    /// <summary>The change does not fit what there is now; <see cref="ChangeReply.Detail"/> says what to do.</summary>
    Conflict = 6,

    /// <summary>It was there, and is over.</summary>
    Gone = 9,
}

/// <param name="Outcome">How the change ended.</param>
/// <param name="Detail">A sentence for the operator; empty when done.</param>
[GenerateSerializer, Immutable, Alias("sluice.ChangeReply")]
public readonly record struct ChangeReply([property: Id(0)] ChangeOutcome Outcome, [property: Id(1)] string Detail)
{
    /// <summary>The change is stored and in force.</summary>
    public static readonly ChangeReply Done = new(ChangeOutcome.Done, "");
}
