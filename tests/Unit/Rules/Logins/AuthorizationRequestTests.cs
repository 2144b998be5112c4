using Sluice.Rules.Logins;
using Xunit;

namespace Sluice.Unit.Rules.Logins;

/// <summary>What programs may ask for.</summary>
public sealed class AuthorizationRequestTests
{
    private static readonly AuthorizationRequest Right = new()
    {
        ResponseType = "code",
        Challenge = ProofKey.ChallengeOf(new string('a', 43)),
        ChallengeMethod = "S256",
        Scope = "model:deepseek*",
        State = "s",
        Age = "60",
    };

    [Fact]
    public void A_code_for_who_can_prove_that_it_is_theirs()
    {
        Assert.Equal(LoginError.None, Right.Judge());
        Assert.Equal(LoginError.None, (Right with { Scope = null, State = null, Age = null }).Judge());
        Assert.Equal(LoginError.None, (Right with { ResponseMode = "query" }).Judge());
    }

    /// <summary>Guards codes against whoever sees a request on its way (RFC 9700, 2.1.1).</summary>
    [Fact]
    public void Without_a_hash_or_with_the_secret_itself_nothing_begins()
    {
        foreach (var request in (AuthorizationRequest[])
            [
                Right with { Challenge = null }, Right with { ChallengeMethod = null },
                Right with { ChallengeMethod = "plain" }, Right with { ChallengeMethod = "s256" },
                Right with { Challenge = null, ChallengeMethod = null }, Right with { Challenge = "short" },
            ])
        {
            Assert.Equal(LoginError.InvalidRequest, request.Judge());
        }
    }

    [Fact]
    public void What_is_not_offered_is_refused_by_its_name()
    {
        Assert.Equal(LoginError.UnsupportedResponseType, (Right with { ResponseType = "token" }).Judge());
        Assert.Equal(LoginError.UnsupportedResponseType, (Right with { ResponseType = "code id_token" }).Judge());
        Assert.Equal(LoginError.InvalidRequest, (Right with { ResponseType = null }).Judge());
        Assert.Equal(LoginError.InvalidRequest, (Right with { ResponseMode = "fragment" }).Judge());
        Assert.Equal(LoginError.InvalidScope, (Right with { Scope = "openid" }).Judge());
        Assert.Equal(LoginError.InvalidScope, (Right with { Scope = "model:" + new string('m', 512) }).Judge());
        Assert.Equal(LoginError.RequestNotSupported, (Right with { HasRequestText = true }).Judge());
        Assert.Equal(LoginError.RequestAddressNotSupported, (Right with { HasRequestAddress = true }).Judge());
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("31622400", 31622400L)]
    [InlineData("31622401", null)]
    [InlineData("-1", null)]
    [InlineData("+1", null)]
    [InlineData("1.5", null)]
    [InlineData(" 1", null)]
    [InlineData("١", null)]
    public void An_age_is_whole_seconds(string text, long? seconds)
    {
        Assert.Equal(seconds, AuthorizationRequest.AgeIn(text));
        Assert.Equal(
            seconds is null ? LoginError.InvalidRequest : LoginError.None, (Right with { Age = text }).Judge());
    }

    [Fact]
    public void A_state_comes_back_if_it_is_short_and_of_visible_characters()
    {
        Assert.True(AuthorizationRequest.IsState(new string('x', 512)));
        Assert.False(AuthorizationRequest.IsState(new string('x', 513)));
        Assert.False(AuthorizationRequest.IsState("a\r\nLocation: x"));
        Assert.Equal(LoginError.InvalidRequest, (Right with { State = "ä" }).Judge());
    }

    [Fact]
    public void Every_error_has_a_name_that_programs_know()
    {
        string[] names = [.. Enum.GetValues<LoginError>().Where(error => error != LoginError.None)
            .Select(LoginErrors.NameOf)];

        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[a-z_]+$", name));
        Assert.Equal(LoginError.AccessDenied, LoginErrors.OfProvider("access_denied"));
        Assert.Equal(LoginError.ServerError, LoginErrors.OfProvider("<script>"));
    }
}
