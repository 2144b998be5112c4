namespace Sluice.Rules.Credentials;

/// <summary>Why a credential was refused. Values are wire: they are only ever added to.</summary>
public enum CredentialRefusal
{
    /// <summary>There was none.</summary>
    Absent = 0,

    /// <summary>It has the form of no credential of ours.</summary>
    Malformed = 1,

    /// <summary>Its checksum is wrong: mistyped, or made up by somebody who does not know the form.</summary>
    Checksum = 2,

    /// <summary>There is no such key, or its secret is another.</summary>
    Unknown = 3,

    /// <summary>It was good once, and was revoked.</summary>
    Revoked = 4,

    /// <summary>It was good once, and its time is over.</summary>
    Expired = 5,

    /// <summary>It was good once, and was replaced; or it is not good yet.</summary>
    OutOfUse = 6,

    /// <summary>It is a token, and not one of ours.</summary>
    BadToken = 7,

    /// <summary>It was not looked at: too many wrong ones came from the same network.</summary>
    HeldBack = 8,

    /// <summary>It is good, and its client is suspended.</summary>
    Suspended = 9,

    /// <summary>It is good, and not from where it came: somebody else may have it.</summary>
    Elsewhere = 11,
}

/// <summary>What kinds of refusals mean.</summary>
public static class CredentialRefusals
{
    /// <summary>
    /// Whether it may be a guess. What was good once is none: somebody has it who was given it, and forgot to change it
    /// in time. To hold back the network of such a one would keep its newer credentials out as well.
    /// </summary>
    public static bool IsGuess(this CredentialRefusal refusal) => refusal is CredentialRefusal.Malformed
        or CredentialRefusal.Checksum or CredentialRefusal.Unknown or CredentialRefusal.BadToken;
}
