using System.Collections.Immutable;
using Sluice.Rules.Tokens;

namespace Sluice.Rules.Federation;

/// <summary>
/// Somebody else who says who people and programs are, and whom a tenant trusts in that for some of its clients.
/// </summary>
/// <param name="Name">Unique in its tenant; stands in the <c>sub</c> of what is issued.</param>
/// <param name="Issuer">Its <c>iss</c>, letter by letter.</param>
/// <param name="Audience">What its tokens must be for: the name that we have there.</param>
public sealed record IdentityProvider(string Name, string Issuer, string Audience)
{
    /// <summary>What its tokens may be signed with.</summary>
    public ImmutableArray<SignatureAlgorithm> Algorithms { get; init; } =
        [SignatureAlgorithm.Es256, SignatureAlgorithm.Rs256];

    /// <summary>The claim that says who it is.</summary>
    public string SubjectClaim { get; init; } = "sub";

    /// <summary>How old a token may be, however long it is good; 1 minute to 24 hours.</summary>
    public TimeSpan AgeMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Where its keys are; empty: where its own description says.</summary>
    public string KeySetAddress { get; init; } = "";

    /// <summary>Its keys, where they are given and never fetched; null: they are fetched.</summary>
    public PublicKeySet? Keys { get; init; }

    /// <summary>Who of its subjects may be which client.</summary>
    public ImmutableArray<SubjectGrant> Grants { get; init; } = [];

    /// <summary>How people are sent there to sign in; null: nobody is.</summary>
    public ProviderLogin? Login { get; init; }
}

/// <summary>Lets some subjects of a provider be a client of the tenant.</summary>
/// <param name="Client">The client's name in the tenant.</param>
/// <param name="Claim">The claim that is looked at: a text, or a list of texts of which one is enough.</param>
/// <param name="Pattern">What it must be; what it must begin with when it ends in '*'.</param>
/// <param name="Scope">The most that they get.</param>
/// <param name="Roles">The roles that they have, whatever the provider says of roles.</param>
public sealed record SubjectGrant(
    string Client, string Claim, string Pattern, TokenScope Scope, ImmutableArray<string> Roles)
{
    /// <summary>Whether one value of the claim is enough.</summary>
    public bool Matches(string value) => Pattern.EndsWith('*')
        ? value.StartsWith(Pattern[..^1], StringComparison.Ordinal)
        : value == Pattern;

    public bool Equals(SubjectGrant? other) =>
        other is not null
        && (Client, Claim, Pattern) == (other.Client, other.Claim, other.Pattern)
        && Scope.Equals(other.Scope)
        && Roles.SequenceEqual(other.Roles);

    public override int GetHashCode() => HashCode.Combine(Client, Claim, Pattern);
}
