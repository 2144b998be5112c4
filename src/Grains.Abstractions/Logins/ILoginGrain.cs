namespace Sluice.Grains.Abstractions.Logins;

/// <summary>
/// People signing in as one client: where they may be sent back to, and each sign-in from its beginning to the code
/// that its program redeems. The grain key is the client's id.
/// </summary>
/// <remarks>A change is stored before it is answered. An exception means that the outcome is unknown.</remarks>
[Alias("sluice.ILoginGrain")]
public interface ILoginGrain : IGrainWithStringKey
{
    /// <summary>Lets people sign in as the client, or replaces how they do.</summary>
    [Alias("Register")]
    Task<ChangeReply> Register(LoginDefinition login);

    /// <summary>Lets nobody sign in as the client any more. What was issued is not ended by this.</summary>
    [Alias("Remove")]
    Task<ChangeReply> Remove();

    /// <summary>How people sign in as the client; null when they do not.</summary>
    [Alias("Describe"), AlwaysInterleave]
    ValueTask<LoginDefinition?> Describe();

    /// <summary>A program has sent a person here. Nothing is kept of it: the browser carries the ticket.</summary>
    [Alias("Begin"), AlwaysInterleave]
    Task<LoginReply> Begin(BeginLoginRequest request);

    /// <summary>A provider has sent the person back.</summary>
    [Alias("Complete"), AlwaysInterleave]
    Task<LoginReply> Complete(CompleteLoginRequest request);
}

/// <summary>How people sign in as a client.</summary>
[GenerateSerializer, Immutable, Alias("sluice.LoginDefinition")]
public sealed record LoginDefinition
{
    /// <summary>A provider of the client's tenant that people can sign in at.</summary>
    [Id(0)] public required string Provider { get; init; }

    /// <summary>The addresses that people may be sent back to, letter by letter; 1 to 16.</summary>
    [Id(3)] public string[] RedirectAddresses { get; init; } = [];
}

/// <summary>What a program asks for; null is a parameter that is not there.</summary>
[GenerateSerializer, Immutable, Alias("sluice.BeginLoginRequest")]
public sealed record BeginLoginRequest
{
    /// <summary>Where the person is to be sent back to.</summary>
    [Id(0)] public required string RedirectAddress { get; init; }

    /// <summary><c>response_type</c>.</summary>
    [Id(3)] public string? ResponseType { get; init; }

    /// <summary><c>response_mode</c>.</summary>
    [Id(6)] public string? ResponseMode { get; init; }

    /// <summary><c>code_challenge</c>.</summary>
    [Id(9)] public string? Challenge { get; init; }

    /// <summary><c>code_challenge_method</c>.</summary>
    [Id(12)] public string? ChallengeMethod { get; init; }

    /// <summary><c>scope</c>.</summary>
    [Id(15)] public string? Scope { get; init; }

    /// <summary><c>state</c>.</summary>
    [Id(18)] public string? State { get; init; }

    /// <summary><c>max_age</c>.</summary>
    [Id(21)] public string? Age { get; init; }

    /// <summary>Whether there is a <c>request</c>.</summary>
    [Id(24)] public bool HasRequestText { get; init; }

    /// <summary>Whether there is a <c>request_uri</c>.</summary>
    [Id(27)] public bool HasRequestAddress { get; init; }
}

/// <summary>What a provider's redirect brought; null is a parameter that is not there.</summary>
[GenerateSerializer, Immutable, Alias("sluice.CompleteLoginRequest")]
public sealed record CompleteLoginRequest
{
    /// <summary>What the browser kept since the beginning; at most 3800 characters.</summary>
    [Id(0)] public required string Ticket { get; init; }

    /// <summary><c>state</c>.</summary>
    [Id(3)] public required string State { get; init; }

    /// <summary>The tenant in the address that the provider used.</summary>
    [Id(6)] public required string Tenant { get; init; }

    /// <summary>The provider in the address that the provider used.</summary>
    [Id(9)] public required string Provider { get; init; }

    /// <summary><c>code</c>; at most 4096 characters.</summary>
    [Id(12)] public string? Code { get; init; }

    /// <summary><c>iss</c>.</summary>
    [Id(15)] public string? Issuer { get; init; }

    /// <summary><c>error</c>.</summary>
    [Id(18)] public string? Error { get; init; }
}

/// <summary>
/// Why a person is told something here and sent nowhere. Values are wire: they are only ever added to.
/// </summary>
[GenerateSerializer, Alias("sluice.LoginRefusal")]
public enum LoginRefusal
{
    /// <summary>There is none: the person is sent to an address.</summary>
    None = 0,

    /// <summary>There is no such client, or nobody signs in as it.</summary>
    UnknownClient = 3,

    /// <summary>The address is not registered: whoever chose it gets nothing, no error either.</summary>
    UnknownAddress = 6,

    /// <summary>
    /// The sign-in was not begun by this browser, or is over, or came back by another way than it went.
    /// </summary>
    UnknownLogin = 9,
}

/// <summary>Where a person goes next.</summary>
[GenerateSerializer, Immutable, Alias("sluice.LoginReply")]
public sealed record LoginReply
{
    /// <summary>Why they go nowhere; all other members are empty then.</summary>
    [Id(0)] public LoginRefusal Refusal { get; init; }

    /// <summary>The address that their browser is sent to.</summary>
    [Id(3)] public string Address { get; init; } = "";

    /// <summary>What their browser keeps until it is back; empty where there is nothing to keep.</summary>
    [Id(6)] public string Ticket { get; init; } = "";

    /// <summary>What the program is told by that address, such as <c>access_denied</c>; empty is no error.</summary>
    [Id(9)] public string Error { get; init; } = "";
}
