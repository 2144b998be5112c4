using System.Text;
using Sluice.Rules.Logins;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Logins;

/// <summary>What a browser carries from the beginning of a sign-in to its end.</summary>
public sealed class LoginTicketTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] OtherKey = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly LoginTicket Ticket = new()
    {
        LoginId = "0123456789abcdefghijkl",
        ClientId = "0123456789Ab",
        Provider = "corp",
        RedirectAddress = "http://127.0.0.1:4711/callback?x=\"<>",
        State = "\"s\\",
        Challenge = ProofKey.ChallengeOf(new string('a', 43)),
        Scope = "model:m",
        Age = 60,
        ExpiresAt = (Now + LoginTicket.Life).ToUnixTimeSeconds(),
    };

    [Fact]
    public void It_is_read_as_it_was_written_until_it_is_over()
    {
        foreach (var ticket in (LoginTicket[])[Ticket, Ticket with { State = null, Age = null, Scope = "" }])
        {
            var text = ticket.Format(Key);

            Assert.Equal(ticket, LoginTicket.TryParse(text, Key, Now + LoginTicket.Life - TimeSpan.FromSeconds(1)));
            Assert.Null(LoginTicket.TryParse(text, Key, Now + LoginTicket.Life));
            Assert.Null(LoginTicket.TryParse(text, OtherKey, Now));
            Assert.Matches("^[0-9A-Za-z_.-]+$", text);
        }
    }

    /// <summary>Guards against a browser that drops what it was given.</summary>
    [Fact]
    public void The_longest_fits_into_a_cookie()
    {
        var longest = Ticket with
        {
            ClientId = "0123456789Ab",
            Provider = new string('p', 63),
            RedirectAddress = "https://a/" + new string('a', RedirectAddress.LengthMax - 10),
            State = new string('"', AuthorizationRequest.StateLengthMax),
            Scope = new string('m', AuthorizationRequest.ScopeLengthMax),
            Age = AuthorizationRequest.AgeMax,
        };

        Assert.InRange(longest.Format(Key).Length, 3000, LoginTicket.LengthMax);
        Assert.Equal(longest, LoginTicket.TryParse(longest.Format(Key), Key, Now));
    }

    [Fact]
    public void What_another_signed_text_says_is_no_ticket()
    {
        Assert.Null(LoginTicket.TryParse("", Key, Now));
        Assert.Null(LoginTicket.TryParse("a.b.c", Key, Now));
        var body = Base64UrlText.Encode(Encoding.UTF8.GetBytes("{}"));
        Assert.Null(LoginTicket.TryParse($"{body}.{Ticket.Format(Key).Split('.')[1]}", Key, Now));
        Assert.Null(LoginTicket.TryParse($"{body}.", Key, Now));
    }

    /// <summary>WeChat Work takes letters and digits alone, 128 at most.</summary>
    [Fact]
    public void What_the_browser_must_not_choose_is_made_of_a_key_that_it_has_not()
    {
        var (state, nonce, verifier) = (Ticket.StateBy(Key), Ticket.NonceBy(Key), Ticket.VerifierBy(Key));

        Assert.Matches("^[0-9A-Za-z]{55}$", state);
        Assert.True(ProofKey.IsVerifier(verifier));
        Assert.Equal(3, new HashSet<string>([state[12..], nonce, verifier]).Count);
        Assert.True(Ticket.IsState(state, Key));
        Assert.False(Ticket.IsState(state, OtherKey));
        Assert.False((Ticket with { LoginId = "1123456789abcdefghijkl" }).IsState(state, Key));
        Assert.False((Ticket with { ClientId = "1123456789Ab" }).IsState(state, Key));
        Assert.Equal(Ticket.ClientId, LoginTicket.ClientIn(state));
        Assert.Null(LoginTicket.ClientIn(state + "a"));
        Assert.Null(LoginTicket.ClientIn("not-a-client" + state[12..]));
        Assert.DoesNotContain(verifier, Encoding.UTF8.GetString(
            Base64UrlText.TryDecode(Ticket.Format(Key).Split('.')[0])!), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_logged_by_mistake_tells_only_whose_it_is() =>
        Assert.Equal("LoginTicket 0123456789Ab", $"{Ticket}");
}
