using Sluice.Rules.Policies;

namespace Sluice.Rules.Tokens;

/// <summary>
/// What a client's grain is told of a token that an edge found right: its key is judged without a secret.
/// </summary>
/// <param name="Scope">What it leaves of what the client may.</param>
public sealed record PresentedToken(TokenScope Scope)
{
    /// <summary>
    /// What its own roles allow; null: it says none, and stands for its client with the client's role.
    /// </summary>
    public Grants? Calls { get; init; }
}
