namespace Sluice.Grains.Abstractions.Clients;

/// <summary>What was decided about a request. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.Verdict")]
public enum Verdict
{
    /// <summary>No decision. Never sent: a zero on the wire is a mistake.</summary>
    None = 0,

    /// <summary>The request may proceed, and everything it needs is taken.</summary>
    Admitted = 1,

    /// <summary>
    /// It fits every limit but not yet the durable reserve, which is being extended. Nothing was taken; repeat the same
    /// request after <see cref="AdmitReply.RetryAfter"/>.
    /// </summary>
    Pending = 2,

    /// <summary>No such client, or the secret is not of the named key version.</summary>
    UnknownKey = 3,

    /// <summary>The key version was revoked.</summary>
    KeyRevoked = 4,

    /// <summary>The key version is past its end.</summary>
    KeyExpired = 5,

    /// <summary>The client is suspended: its keys are right and refused.</summary>
    ClientSuspended = 6,

    /// <summary>The client may not see this model; to it, the model does not exist.</summary>
    ModelUnknown = 7,

    /// <summary>The client may see this model and may not use it.</summary>
    ModelForbidden = 8,

    /// <summary>A quota of the current calendar period is used up.</summary>
    QuotaExhausted = 9,

    /// <summary>As many requests are running as the client may have at once.</summary>
    NoFreeSlot = 10,

    /// <summary>A rate limit is reached; <see cref="AdmitReply.RetryAfter"/> says exactly for how long.</summary>
    RateLimited = 11,

    /// <summary>It costs more than a rate holds when full; waiting does not help.</summary>
    TooLarge = 12,

    /// <summary>The key version was replaced by a newer one, and its time beside it is over.</summary>
    KeyRetired = 15,

    /// <summary>
    /// The key version is not accepted yet; <see cref="AdmitReply.RetryAfter"/> says for how long, and is zero when
    /// nobody can know.
    /// </summary>
    KeyNotYetActive = 18,

    /// <summary>
    /// A role of the client, or of the token, does not let the call through; <see cref="AdmitReply.RefusedBy"/> says
    /// what of it.
    /// </summary>
    RoleForbidden = 19,

    /// <summary>The credential is right, and the client may not use it from where the request came.</summary>
    AddressForbidden = 20,
}
