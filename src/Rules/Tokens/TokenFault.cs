namespace Sluice.Rules.Tokens;

/// <summary>Why a text is not a token that is good here.</summary>
public enum TokenFault
{
    None,

    /// <summary>
    /// It does not have the form of a signed token: three parts in base 64, two of them JSON objects.
    /// </summary>
    Malformed,

    /// <summary>Longer than any token of ours.</summary>
    TooLong,

    /// <summary>
    /// Its header names a key of its own, or an extension: whoever signed it would choose how it is judged.
    /// </summary>
    ForbiddenHeader,

    /// <summary>Its algorithm is none of ours, or not that of its key.</summary>
    WrongAlgorithm,

    /// <summary>It is not of the type that is wanted.</summary>
    WrongType,

    /// <summary>It names no key, or one that is not known.</summary>
    UnknownKey,

    BadSignature,

    /// <summary>A claim is missing, or is not what it must be.</summary>
    BadClaims,

    WrongIssuer,
    WrongAudience,
    Expired,

    /// <summary>It was issued, or begins, in the future.</summary>
    NotYetValid,

    /// <summary>It is good for longer than any token of ours.</summary>
    TooLongLived,

    /// <summary>It is bound to a key whose possession nobody proves here.</summary>
    SenderConstrained,

    /// <summary>It is somebody else's and good, and nothing is granted to whoever it stands for.</summary>
    NotGranted,

    /// <summary>It is of another sign-in than the one that it is brought for.</summary>
    WrongNonce,

    /// <summary>Whoever it stands for signed in longer ago than was asked, or nobody says when.</summary>
    StaleSignIn,
}
