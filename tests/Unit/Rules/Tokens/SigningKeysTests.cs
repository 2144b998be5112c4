using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

public sealed class SigningKeysTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly SigningKeyPolicy Policy = new()
    {
        Lead = TimeSpan.FromHours(24),
        Overlap = TimeSpan.FromMinutes(20),
        Lifetime = TimeSpan.FromDays(30),
        VerifierCache = TimeSpan.FromHours(12),
        TokenLifetime = TimeSpan.FromMinutes(15),
    };

    private SigningKeys _keys = SigningKeys.Empty;

    [Fact]
    public void The_first_key_signs_at_once_for_nobody_remembers_another()
    {
        Assert.True(_keys.NeedsKey(Policy, Start));

        Rotate("a", Start);

        Assert.Equal("a:Active", Shown(Start));
        Assert.False(_keys.NeedsKey(Policy, Start));
    }

    [Fact]
    public void A_key_that_was_only_made_is_told_to_nobody()
    {
        Rotate("a", Start);
        _keys = _keys.Add("b", SignatureAlgorithm.Es256, "", Start);

        Assert.Equal("a:Active b:Generated", Shown(Start.AddDays(10)));
        Assert.Equal("a", Assert.Single(_keys.PublishedAt(Start.AddDays(10))).KeyId);
    }

    [Fact]
    public void A_key_goes_through_its_life_by_the_clock_alone()
    {
        Rotate("a", Start);
        Rotate("b", Start.AddDays(1));
        var switched = Start.AddDays(2);

        Assert.Equal("a:Active b:Published", Shown(switched.AddTicks(-1)));
        Assert.Equal("a:VerifyOnly b:Active", Shown(switched));
        Assert.Equal("a:VerifyOnly b:Active", Shown(switched.AddMinutes(20).AddTicks(-1)));
        Assert.Equal("a:Removed b:Active", Shown(switched.AddMinutes(20)));
        Assert.Equal("b:Active", Shown(switched.AddMinutes(20) + Policy.Retention, swept: true));
    }

    [Fact]
    public void A_secret_half_is_destroyed_when_its_key_has_signed_last_by_every_clock()
    {
        Rotate("a", Start);
        Rotate("b", Start.AddDays(1));
        var key = _keys.Find("a")!;

        Assert.False(_keys.MayDestroySecret(key, Policy, Start.AddDays(2).AddSeconds(60).AddTicks(-1)));
        Assert.True(_keys.MayDestroySecret(key, Policy, Start.AddDays(2).AddSeconds(60)));
        Assert.False(_keys.MayDestroySecret(_keys.Find("b")!, Policy, Start.AddDays(9)));
    }

    [Fact]
    public void The_next_key_is_due_a_lead_before_the_last_one_ends()
    {
        Rotate("a", Start);

        Assert.False(_keys.NeedsKey(Policy, Start.AddDays(29).AddTicks(-1)));
        Assert.True(_keys.NeedsKey(Policy, Start.AddDays(29)));

        Rotate("b", Start.AddDays(29));

        Assert.False(_keys.NeedsKey(Policy, Start.AddDays(29)));
        Assert.Equal("b", _keys.ActiveAt(Start.AddDays(30))!.KeyId);
    }

    [Fact]
    public void When_the_key_that_signs_is_found_out_the_one_that_waits_signs_at_once()
    {
        Rotate("a", Start);
        Rotate("b", Start.AddDays(1));
        _keys = _keys.Compromise("a", Start.AddDays(1))!;

        Assert.Equal("a:Compromised b:Active", Shown(Start.AddDays(1)));
        Assert.Equal("b", Assert.Single(_keys.PublishedAt(Start.AddDays(1))).KeyId);
        Assert.Equal("a:Compromised b:Active", Shown(Start.AddDays(20)));
        Assert.True(_keys.MayDestroySecret(_keys.Find("a")!, Policy, Start.AddDays(1)));
    }

    [Fact]
    public void When_none_waits_one_is_needed_and_signs_at_once()
    {
        Rotate("a", Start);
        _keys = _keys.Compromise("a", Start.AddDays(1))!;
        Assert.True(_keys.NeedsKey(Policy, Start.AddDays(1)));
        Assert.Empty(_keys.PublishedAt(Start.AddDays(1)));

        Rotate("b", Start.AddDays(1));

        Assert.Equal("a:Compromised b:Active", Shown(Start.AddDays(1)));
    }

    [Fact]
    public void A_key_that_had_its_time_never_signs_again()
    {
        Rotate("a", Start);
        Rotate("b", Start.AddDays(1));
        _keys = _keys.Compromise("b", Start.AddDays(2))!;

        Assert.Equal("a:VerifyOnly b:Compromised", Shown(Start.AddDays(2)));
        Assert.Null(_keys.ActiveAt(Start.AddDays(2)));
        Assert.True(_keys.NeedsKey(Policy, Start.AddDays(2)));
    }

    [Fact]
    public void A_key_that_is_found_out_before_it_signs_leaves_the_one_that_does()
    {
        Rotate("a", Start);
        Rotate("b", Start.AddDays(1));
        _keys = _keys.Compromise("b", Start.AddDays(1))!;

        Assert.Equal("a:Active b:Compromised", Shown(Start.AddDays(5)));
    }

    [Fact]
    public void What_is_said_twice_changes_nothing()
    {
        Rotate("a", Start);
        var compromised = _keys.Compromise("a", Start)!;

        Assert.Same(_keys, _keys.Add("a", SignatureAlgorithm.Es256, "", Start));
        Assert.Same(compromised, compromised.Compromise("a", Start.AddDays(1)));
        Assert.Null(_keys.Compromise("unknown", Start));
        Assert.Same(_keys, _keys.Sweep(Policy, Start));
    }

    /// <summary>Guards against a sweep that forgets when an older key ended, so that it is told of again.</summary>
    [Fact]
    public void A_key_that_is_removed_stays_so_whatever_becomes_of_the_key_after_it()
    {
        Rotate("a", Start);
        Rotate("b", Start.AddDays(1));
        _keys = _keys.Compromise("b", Start.AddDays(2))!;
        var late = Start.AddDays(2) + Policy.Retention;
        Rotate("c", late);

        Assert.Equal("a:Removed b:Compromised c:Active", Shown(late, swept: true));
    }

    /// <summary>
    /// Guards against tokens that outlive the key they were signed with, once tokens may live longer.
    /// </summary>
    [Fact]
    public void A_longer_overlap_holds_for_keys_that_are_told_of_already()
    {
        Rotate("a", Start);
        _keys = _keys.Sweep(Policy with { Overlap = TimeSpan.FromHours(1) }, Start);
        Rotate("b", Start.AddDays(1));

        Assert.Equal("a:VerifyOnly b:Active", Shown(Start.AddDays(2).AddMinutes(59)));
    }

    [Fact]
    public void A_policy_under_which_good_tokens_would_be_refused_is_a_mistake()
    {
        Assert.Empty(Policy.Mistakes());
        Assert.Single((Policy with { Lead = TimeSpan.FromHours(12) }).Mistakes());
        Assert.Single((Policy with { Overlap = TimeSpan.FromMinutes(17) - TimeSpan.FromTicks(1) }).Mistakes());
        Assert.Empty((Policy with { Overlap = TimeSpan.FromMinutes(17) }).Mistakes());
        Assert.Single((Policy with { Lifetime = TimeSpan.FromHours(23) }).Mistakes());
        Assert.Single((Policy with { Algorithm = SignatureAlgorithm.None }).Mistakes());
        Assert.Single((Policy with { TokenLifetime = TimeSpan.Zero }).Mistakes());
        Assert.NotEmpty((Policy with { TokenLifetime = TimeSpan.FromMinutes(16) }).Mistakes());
    }

    private void Rotate(string keyId, DateTimeOffset now) =>
        _keys = _keys.Add(keyId, SignatureAlgorithm.Es256, "", now).Publish(Policy, now);

    private string Shown(DateTimeOffset now, bool swept = false)
    {
        var keys = swept ? _keys.Sweep(Policy, now) : _keys;
        return string.Join(' ', keys.Keys.Select(key => $"{key.KeyId}:{keys.StateOf(key, now)}"));
    }
}
